using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.Connect;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using Xunit;
using Document = OrleansStream.Engine.Plan.Plan;

namespace OrleansStream.Engine.Tests.Checkpoints;

public class SavepointFitTests
{
    private static readonly Schema Bids = Schema.Of(("auction", SqlType.BigInt), ("price", SqlType.BigInt), ("at", SqlType.Timestamp(3)));
    private static readonly Schema Counts = Schema.Of(("auction", SqlType.BigInt), ("n", SqlType.BigInt));

    private static Document Plan(string uid = "count", string source = "bids", Schema? input = null, int parallelism = 2, bool extra = false)
    {
        var bids = input ?? Bids;
        var table = new TableRef("bids", "nexmark", ImmutableSortedDictionary<string, string>.Empty, bids, [], []);
        var tumble = new TumbleWindowSpec(
            Counts, 2, 10_000, 0, [0], [new AggregateCall("SUM", [1], [bids.Fields[1].Type], -1, false, SqlType.BigInt)], AggregatePhase.Single, []);
        var count = new StagePlan(1, "count", parallelism, [new ExchangeInput(0, bids)], [new NodePlan(0, uid, tumble, [NodeInput.FromStageInput(0)])]);
        var read = new StagePlan(0, "read", parallelism, [new SourceInput(table, [0, 1, 2], [], null, source, bids)], []);

        // Another stage before the one that counts gives it another number.
        ImmutableArray<StagePlan> stages = extra
            ? [read, new StagePlan(1, "copy", parallelism, [new ExchangeInput(0, bids)], []), count with { Id = 2 }]
            : [read, count];
        return new Document(Document.CurrentFormat, stages, [], ImmutableSortedDictionary<string, string>.Empty);
    }

    private static Savepoint Taken()
    {
        var split = new SplitImage("bids", new Split("0", ""), new SplitPosition(7), false, 1, 1);
        var counters = ImmutableSortedDictionary<string, long>.Empty;
        var manifest = new Manifest(
            1, RowHash.Version, 3, 12, true,
            [new ShardImage(0, 0, 1, [], 0, [split], [], counters), new ShardImage(1, 0, 1, ["p"], 9, [], [new PortImage(0, 5, false)], counters)],
            ImmutableSortedDictionary<string, ImmutableArray<byte[]>>.Empty.Add("sink", [[1]]),
            ImmutableSortedDictionary<string, EnumeratorImage>.Empty.Add("bids", new EnumeratorImage([1], true, [])));
        return Savepoint.Of(manifest, new JobKey("t", "j"), "j-1", 1000, PlanJson.Write(Plan()));
    }

    private static (Manifest? Manifest, List<string> Findings) Fit(Document plan, bool dropState = false)
    {
        var findings = new List<string>();
        return (SavepointFit.Of(Taken(), plan, dropState, findings), findings);
    }

    [Fact]
    public void The_same_plan_with_other_shards_goes_on_with_parts_of_the_savepoint_and_nothing_to_commit()
    {
        var (manifest, findings) = Fit(Plan(parallelism: 4));
        Assert.Empty(findings);
        Assert.Equal((0, 12L, false, 0), (manifest!.Generation, manifest.Epoch, manifest.Last, manifest.Committables.Count));
        Assert.Equal([$"{Savepoint.Folder("t", "j-1")}3-12-1-0-0"], manifest.Shards[1].Parts);
        Assert.Equal(7, manifest.Shards[0].Splits.Single().Position.Offset);
    }

    [Fact]
    public void A_stage_is_found_by_its_operators_wherever_it_is_in_the_plan()
    {
        var (manifest, findings) = Fit(Plan(extra: true));
        Assert.Empty(findings);
        Assert.Equal([0, 2], manifest!.Shards.Select(s => s.Stage));
    }

    [Fact]
    public void State_without_a_place_is_named_and_left_behind_only_when_that_is_allowed()
    {
        string finding = Assert.Single(Fit(Plan(uid: "other")).Findings);
        Assert.Contains("TumbleWindow", finding, StringComparison.Ordinal);
        Assert.Contains("(operator count)", finding, StringComparison.Ordinal);
        var (manifest, findings) = Fit(Plan(uid: "other"), dropState: true);
        Assert.Empty(findings);
        Assert.Equal([0], manifest!.Shards.Select(s => s.Stage));
    }

    [Fact]
    public void State_of_another_shape_is_refused_with_both_shapes()
    {
        var other = Schema.Of(("auction", SqlType.Int), ("price", SqlType.BigInt), ("at", SqlType.Timestamp(3)));
        foreach (bool drop in new[] { false, true })
        {
            string finding = Assert.Single(Fit(Plan(input: other), drop).Findings);
            Assert.Contains("the savepoint has it as", finding, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_source_that_is_not_read_any_more_is_named()
    {
        Assert.Contains(Fit(Plan(source: "other")).Findings, f => f.Contains("how far table 'bids' was read", StringComparison.Ordinal));
        var (manifest, findings) = Fit(Plan(source: "other"), dropState: true);
        Assert.Empty(findings);
        Assert.Empty(manifest!.Enumerators);
    }

    [Fact]
    public void Its_document_is_read_as_it_was_written_and_refused_by_name_when_it_is_not()
    {
        var taken = Taken();
        byte[] bytes = Savepoint.Write(taken);
        Assert.Equal(bytes, Savepoint.Write(Savepoint.Read(bytes, "j-1")));
        Assert.Contains("'j-1'", Assert.Throws<InvalidDataException>(() => Savepoint.Read(bytes.AsSpan(0, bytes.Length / 2), "j-1")).Message, StringComparison.Ordinal);
        Assert.Contains("'j-1' is of format 2", Assert.Throws<InvalidDataException>(() => Savepoint.Read(Savepoint.Write(taken with { Format = 2 }), "j-1")).Message, StringComparison.Ordinal);
    }
}
