using System.Collections.Immutable;
using System.Text.Json;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.Connect;
using Xunit;

namespace OrleansStream.TestKit;

/// <summary>What every journal promises. A store's tests derive from it.</summary>
public abstract class JournalContract
{
    protected static readonly JobKey Job = new("tenant", "job");

    /// <summary>A journal over the store under test, as another process would open it.</summary>
    protected abstract IJournal Open();

    [Fact]
    public async Task An_unknown_job_has_an_empty_journal()
    {
        Assert.Equal(JournalHead.Empty(Job), await Open().ReadAsync(Job, default));
        Assert.Empty(await Open().ListAsync(default));
    }

    [Fact]
    public async Task The_head_is_the_last_entry_of_each_kind()
    {
        var journal = Open();
        var head = JournalHead.Empty(Job);
        foreach (var entry in (JournalEntry[])[
            new DesiredEntry(DesiredState.Running, null), Begin(1, plan: "plan one"), Publish(1, 1), Begin(2, plan: null), new DropEntry(2, ["a", "b"]), Publish(2, 7)])
        {
            Assert.True(await journal.TryAppendAsync(Job, head.Version, entry, default));
            head = head.After(entry);
            foreach (var reader in new[] { journal, Open() }) Assert.Equal(Text(head), Text(await reader.ReadAsync(Job, default)));
        }

        Assert.Equal((6, 2, "plan one", 7L), (head.Version, head.Generation, head.Plan, head.Publish!.Epoch));
    }

    [Fact]
    public async Task A_lost_race_writes_nothing()
    {
        var (a, b) = (Open(), Open());
        Assert.True(await a.TryAppendAsync(Job, 0, new DesiredEntry(DesiredState.Running, "a"), default));
        Assert.False(await b.TryAppendAsync(Job, 0, new DesiredEntry(DesiredState.Cancelled, "b"), default));
        var head = await b.ReadAsync(Job, default);
        Assert.Equal((1, "a"), (head.Version, head.Desired!.Reason));
        Assert.True(await b.TryAppendAsync(Job, 1, new DesiredEntry(DesiredState.Cancelled, "b"), default));
        Assert.Equal("b", (await a.ReadAsync(Job, default)).Desired!.Reason);
    }

    [Fact]
    public async Task A_begin_that_comes_first_keeps_an_older_publish_out_and_the_other_way_round()
    {
        var (old, young) = (Open(), Open());
        await Append(old, new DesiredEntry(DesiredState.Running, null), Begin(1, "p"));
        Assert.True(await young.TryAppendAsync(Job, 2, Begin(2, null), default));
        Assert.False(await old.TryAppendAsync(Job, 2, Publish(1, 1), default));
        Assert.Null((await old.ReadAsync(Job, default)).Publish);

        // And a checkpoint that was published meanwhile makes a begin fail and read again.
        Assert.True(await young.TryAppendAsync(Job, 3, Publish(2, 1), default));
        Assert.False(await old.TryAppendAsync(Job, 3, Begin(3, null), default));
        Assert.Equal(1, (await old.ReadAsync(Job, default)).Publish!.Epoch);
    }

    [Fact]
    public async Task Nobody_can_write_past_what_is_there()
    {
        var journal = Open();
        await Append(journal, new DesiredEntry(DesiredState.Running, null));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await journal.TryAppendAsync(Job, 5, Begin(1, "p"), default));
        Assert.Equal(1, (await Open().ReadAsync(Job, default)).Version);
        Assert.True(await journal.TryAppendAsync(Job, 1, Begin(1, "p"), default));
    }

    [Fact]
    public async Task Of_many_writers_each_entry_has_one()
    {
        const int writers = 6, each = 20;
        int won = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, writers), new ParallelOptions { MaxDegreeOfParallelism = writers }, async (w, _) =>
        {
            var journal = Open();
            for (int i = 0; i < each;)
            {
                var head = await journal.ReadAsync(Job, default);
                if (!await journal.TryAppendAsync(Job, head.Version, new DesiredEntry(DesiredState.Running, $"{w}/{i}"), default)) continue;
                Interlocked.Increment(ref won);
                i++;
            }
        });
        Assert.Equal(writers * each, won);
        Assert.Equal(won, (await Open().ReadAsync(Job, default)).Version);
    }

    [Fact]
    public async Task Running_jobs_are_found_and_all_are_listed()
    {
        var journal = Open();
        var jobs = new List<JobKey>();
        foreach (var state in Enum.GetValues<DesiredState>())
        {
            var job = new JobKey("t", state.ToString());
            jobs.Add(job);
            Assert.True(await journal.TryAppendAsync(job, 0, new DesiredEntry(DesiredState.Running, null), default));
            if (state != DesiredState.Running) Assert.True(await journal.TryAppendAsync(job, 1, new DesiredEntry(state, "why"), default));
        }

        Assert.Equal("t/Running", Assert.Single(await Open().ReadRunningAsync(default)).Job.ToString());
        Assert.Equal(jobs.Select(j => j.ToString()).Order(StringComparer.Ordinal), (await Open().ListAsync(default)).Select(j => j.ToString()).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("..", "..")]
    [InlineData("a b", "c/d/../e")]
    [InlineData("ünïcode", "%2F%")]
    [InlineData("A", "a'; DROP TABLE x; --")]
    public async Task Names_are_only_names(string tenant, string name)
    {
        var job = new JobKey(tenant, name);
        Assert.True(await Open().TryAppendAsync(job, 0, new DesiredEntry(DesiredState.Running, null), default));
        Assert.Equal(job, Assert.Single(await Open().ListAsync(default)));
        Assert.Equal(job, Assert.Single(await Open().ReadRunningAsync(default)).Job);
    }

    protected static BeginEntry Begin(int generation, string? plan) => new(generation, plan, "silo-1", generation - 1, "because", AskedFor: true);

    /// <summary>A publish with something in every field.</summary>
    protected static PublishEntry Publish(int generation, long epoch) => new(generation, epoch, new Manifest(
        Manifest.CurrentFormat, 1, generation, epoch, false,
        [
            new ShardImage(
                0, 1, 2, ["tenant/job/1/1-0-1", "tenant/job/2/7-0-1"], 123_456_789_012,
                [new SplitImage("source", new Split("file \"ä\".json", "spec"), new SplitPosition(42, "extra"), false, 1_600_000_000_000, long.MinValue)],
                [new PortImage(0, long.MaxValue, true)],
                ImmutableSortedDictionary<string, long>.Empty.Add("uid/rows", 7)),
        ],
        ImmutableSortedDictionary<string, ImmutableArray<byte[]>>.Empty.Add("sink", [[1, 2, 255], []]),
        ImmutableSortedDictionary<string, EnumeratorImage>.Empty.Add("source", new EnumeratorImage([9], true, [new AssignedSplit(new Split("s", "p"), 1)]))));

    protected static async Task Append(IJournal journal, params JournalEntry[] entries)
    {
        long version = (await journal.ReadAsync(Job, default)).Version;
        foreach (var entry in entries) Assert.True(await journal.TryAppendAsync(Job, version++, entry, default));
    }

    /// <summary>A head as text: records with arrays in them do not compare by value.</summary>
    protected static string Text(JournalHead head) => JsonSerializer.Serialize(head);
}
