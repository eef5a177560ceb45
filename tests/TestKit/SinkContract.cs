using System.Buffers;
using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Connect;
using Xunit;

namespace OrleansStream.TestKit;

/// <summary>What every exactly-once sink promises. A connector's tests derive from it; tables have the one column <c>n BIGINT</c>.</summary>
public abstract class SinkContract
{
    protected static readonly Schema Schema = OrleansStream.Columns.Schema.Of(("n", SqlType.BigInt));

    protected abstract Connector Connector { get; }

    /// <summary>A context of the sink under test, always the same target and job.</summary>
    protected abstract SinkContext Context(int generation, int shard);

    /// <summary>The numbers that a reader of the target sees now.</summary>
    protected abstract Task<IReadOnlyList<long>> Visible();

    [Fact]
    public async Task Nothing_is_seen_before_the_commit_and_all_of_it_after()
    {
        var staged = await Stage(1, 1, [1, 2], [3]);
        Assert.Empty(await Visible());
        await Commit(1, 1, staged);
        await Sees(1, 2, 3);
    }

    [Fact]
    public async Task Committing_twice_is_committing_once()
    {
        var staged = await Stage(1, 1, [1], [2]);
        await Commit(1, 1, staged);
        await Commit(1, 1, staged);
        await Commit(2, 1, staged);
        await Sees(1, 2);
    }

    [Fact]
    public async Task Epochs_add_up()
    {
        await using var writer = Connector.CreateWriter(Context(1, 0));
        for (int epoch = 1; epoch <= 3; epoch++)
        {
            await Write(writer, epoch * 10);
            var staged = await writer.PrepareAsync(epoch, default);
            await Write(writer, (epoch * 10) + 1); // belongs to the next epoch
            await Commit(1, epoch, staged);
        }

        await Sees(10, 11, 20, 21, 30);
    }

    [Fact]
    public async Task An_epoch_without_rows_is_no_trouble()
    {
        await Commit(1, 1, await Stage(1, 1, [], []));
        await Commit(1, 2, await Stage(1, 2, [5], []));
        await Sees(5);
    }

    [Fact]
    public async Task Abort_removes_what_older_generations_staged_except_what_is_kept()
    {
        var kept = await Stage(1, 1, [1], [2]);
        var lost = await Stage(1, 2, [3], [4]);
        await using var committer = Connector.CreateCommitter(Context(2, 0));
        await committer.AbortAsync(2, kept, default);
        await committer.CommitAsync(2, 1, kept, default);
        await Sees(1, 2);
        await Assert.ThrowsAnyAsync<Exception>(() => Commit(2, 2, lost));
        await Commit(2, 2, await Stage(2, 2, [3, 4], []));
        await Sees(1, 2, 3, 4);
    }

    [Fact]
    public async Task Abort_leaves_its_own_and_newer_generations_alone()
    {
        var own = await Stage(2, 1, [1], []);
        var newer = await Stage(3, 2, [2], []);
        await using var committer = Connector.CreateCommitter(Context(2, 0));
        await committer.AbortAsync(2, [], default);
        await Commit(2, 1, own);
        await Commit(3, 2, newer);
        await Sees(1, 2);
    }

    [Fact]
    public async Task A_newer_generation_fences_older_ones()
    {
        var old = await Stage(1, 1, [1], []);
        await using (var newer = Connector.CreateCommitter(Context(2, 0))) await newer.AbortAsync(2, [], default);
        await Assert.ThrowsAsync<FencedException>(() => Commit(1, 1, old));
        await Assert.ThrowsAsync<FencedException>(async () =>
        {
            await using var zombie = Connector.CreateCommitter(Context(1, 0));
            await zombie.AbortAsync(1, [], default);
        });
        Assert.Empty(await Visible());
    }

    [Fact]
    public async Task Rows_that_were_never_prepared_are_not_seen()
    {
        await using (var writer = Connector.CreateWriter(Context(1, 0))) await Write(writer, 99);
        await Commit(2, 1, await Stage(2, 1, [1], []));
        await Sees(1);
    }

    /// <summary>One epoch of two shards.</summary>
    protected async Task<ImmutableArray<byte[]>> Stage(int generation, long epoch, long[] first, long[] second)
    {
        var staged = ImmutableArray.CreateBuilder<byte[]>();
        int shard = 0;
        foreach (long[] rows in new[] { first, second })
        {
            await using var writer = Connector.CreateWriter(Context(generation, shard++));
            if (rows.Length > 0) await Write(writer, rows);
            staged.AddRange(await writer.PrepareAsync(epoch, default));
        }

        return staged.ToImmutable();
    }

    protected async Task Commit(int generation, long epoch, ImmutableArray<byte[]> staged)
    {
        await using var committer = Connector.CreateCommitter(Context(generation, 0));
        await committer.CommitAsync(generation, epoch, staged, default);
    }

    private static async Task Write(ISinkWriter writer, params long[] numbers)
    {
        var b = new BatchBuilder(Schema);
        numbers.CopyTo(b.Fixed<long>(0).Append(numbers.Length));
        b.Advance(numbers.Length);
        var bytes = new ArrayBufferWriter<byte>();
        writer.Encode(b.Build(), bytes);
        await writer.WriteAsync(bytes.WrittenMemory, default);
    }

    private async Task Sees(params long[] numbers) => Assert.Equal(numbers, (await Visible()).Order());
}
