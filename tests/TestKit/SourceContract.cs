using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Connect;
using Xunit;

namespace OrleansStream.TestKit;

/// <summary>What every bounded source promises. A connector's tests derive from it and supply a table with at least 20 rows.</summary>
public abstract class SourceContract
{
    protected abstract Connector Connector { get; }

    /// <summary>A context of the table under test.</summary>
    protected abstract SourceContext Context { get; }

    /// <summary>Every row of the table as text, in any order.</summary>
    protected abstract IReadOnlyList<string> Expected { get; }

    [Fact]
    public async Task All_rows_are_read_once()
    {
        var rows = new List<string>();
        foreach (var split in await Splits()) rows.AddRange((await Read(split, SplitPosition.Start, 2048)).Rows);
        Assert.True(Expected.Count >= 20, "the kit needs a table of at least 20 rows");
        Assert.Equal(Expected.Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public async Task The_size_of_batches_changes_nothing(int batch)
    {
        foreach (var split in await Splits())
            Assert.Equal((await Read(split, SplitPosition.Start, 2048)).Rows, (await Read(split, SplitPosition.Start, batch)).Rows);
    }

    [Fact]
    public async Task From_any_position_the_rest_follows()
    {
        foreach (var split in await Splits())
        {
            var (rows, positions) = await Read(split, SplitPosition.Start, 1);
            int step = Math.Max(1, rows.Count / 25);
            for (int i = 0; i < rows.Count; i += step)
                Assert.Equal(rows.Skip(i + 1), (await Read(split, positions[i], 2048)).Rows);
        }
    }

    [Fact]
    public async Task Splits_are_given_out_once_and_the_enumerator_remembers()
    {
        await using var enumerator = Connector.CreateEnumerator(Context);
        var first = await enumerator.DiscoverAsync(default);
        Assert.Equal(first.Length, first.Select(s => s.Id).Distinct().Count());
        Assert.True(enumerator.Finished);
        Assert.Empty(await enumerator.DiscoverAsync(default));
        await using var restored = Connector.CreateEnumerator(Context);
        restored.Restore(enumerator.Snapshot());
        Assert.True(restored.Finished);
        Assert.Empty(await restored.DiscoverAsync(default));
        Assert.Equal(first.AsEnumerable(), await Splits());
    }

    [Fact]
    public async Task Only_projected_columns_are_read()
    {
        var context = Context;
        int last = context.Projection[^1];
        var projected = context with { Projection = [last] };
        foreach (var split in await Splits())
        {
            var all = await Read(split, SplitPosition.Start, 2048);
            var one = await Read(split, SplitPosition.Start, 2048, projected);
            Assert.Equal(all.Rows.Count, one.Rows.Count);
            Assert.Equal(all.Last, one.Rows);
        }
    }

    private async Task<ImmutableArray<Split>> Splits()
    {
        await using var enumerator = Connector.CreateEnumerator(Context);
        return await enumerator.DiscoverAsync(default);
    }

    private sealed record Content(List<string> Rows, List<SplitPosition> Positions)
    {
        /// <summary>Values of the last column alone.</summary>
        public List<string> Last { get; } = [];

        public void Deconstruct(out List<string> rows, out List<SplitPosition> positions) => (rows, positions) = (Rows, Positions);
    }

    private async Task<Content> Read(Split split, SplitPosition from, int batch, SourceContext? context = null)
    {
        context ??= Context;
        await using var reader = Connector.CreateReader(context);
        await reader.OpenAsync(split, from, default);
        var content = new Content([], []);
        var b = new BatchBuilder(context.ReadSchema);
        if (reader is IComputedReader computed)
        {
            for (long now = 0; !computed.Ended;)
            {
                // A source that keeps a rate is told that the time has come.
                if (computed.Fill(b, batch, now) == 0) now = computed.NextDueMs;
                Take(b, content, computed.Position);
            }
        }
        else await ReadBlocks((IBlockReader)reader, b, batch, content);
        return content;
    }

    private static async Task ReadBlocks(IBlockReader reader, BatchBuilder b, int batch, Content content)
    {
        bool last = false;
        while (!last)
        {
            if (await reader.ReadAsync(default) is not { } block) continue;
            last = block.Last;
            for (int at = 0, records = 0; at < block.Bytes.Length;)
            {
                var d = reader.Decoder.Decode(block.Bytes.Span[at..], block.Before.Offset + at, b, batch);
                at += d.Bytes;
                records += d.Records;
                Take(b, content, reader.After(block, at, records));
            }
        }
    }

    private static void Take(BatchBuilder b, Content content, SplitPosition position)
    {
        var rows = b.Borrow();
        for (int r = 0; r < rows.Length; r++)
        {
            content.Rows.Add(RowText.Print(rows, r, withKind: false));
            content.Positions.Add(position);
            content.Last.Add(RowText.Value(rows.Columns[^1], r));
        }

        b.Reset();
    }
}
