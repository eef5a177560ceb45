using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using OrleansStream.Columns;
using OrleansStream.Contracts;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Cluster.Tests;

/// <summary>Plans made by hand: this project knows no SQL.</summary>
internal static class Plans
{
    public static readonly ImmutableSortedDictionary<string, string> NoSettings = ImmutableSortedDictionary<string, string>.Empty;

    private static readonly Schema Bids = Schema.Of(("auction", SqlType.BigInt), ("price", SqlType.BigInt), ("dateTime", SqlType.Timestamp(3)));
    private static readonly Schema Counts = Schema.Of(("auction", SqlType.BigInt), ("bids", SqlType.BigInt), ("sum", SqlType.BigInt), ("window_start", SqlType.Timestamp(3)));

    /// <summary>Bids per auction and 10 seconds, over an exchange by auction.</summary>
    /// <param name="events">rows of the source.</param>
    /// <param name="splits">of the source.</param>
    public static Plan CountBids(TableRef sink, long events, int shards = 1, int splits = 1)
    {
        var source = new TableRef("bids", "nexmark", Options(("shape", "bids"), ("keys", "50"), ("events", $"{events}"), ("rate", "1000"), ("splits", $"{splits}")), Bids, [], []);
        var watermark = new WatermarkSpec(2, new ColumnExpr(2, SqlType.Timestamp(3)), WatermarkSpec.DefaultIntervalMs);
        var tumble = new TumbleWindowSpec(
            Counts, 2, 10_000, 0, [0],
            [new AggregateCall("COUNT", [], [], -1, false, SqlType.BigInt), new AggregateCall("SUM", [1], [SqlType.BigInt], -1, false, SqlType.BigInt)],
            AggregatePhase.Single, [WindowProperty.Start]);
        return new Plan(
            Plan.CurrentFormat,
            [
                new StagePlan(0, "bids", 0, [new SourceInput(source, [0, 1, 2], [], watermark, "bids", Bids)], []),
                new StagePlan(1, "count", 0, [new ExchangeInput(0, Bids)],
                [
                    new NodePlan(0, "count", tumble, [NodeInput.FromStageInput(0)]),
                    new NodePlan(1, "sink", new SinkSpec(sink with { Schema = Counts }, false, []), [NodeInput.FromNode(0)]),
                ]),
            ],
            [new Exchange(0, 0, -1, 1, 0, ExchangeKind.Hash, [0], Bids, false)],
            Options(("parallelism.default", $"{shards}")));
    }

    public static TableRef Print() => new("out", "print", NoSettings, Counts, [], []);

    public static TableRef Collect() => new("result", "collect", NoSettings, Counts, [], []);

    /// <summary>Rows of a page: auction and count.</summary>
    public static IEnumerable<(long Auction, long Bids)> Read(byte[] page)
    {
        var left = new ReadOnlySequence<byte>(page);
        while (!left.IsEmpty)
        {
            var batch = BatchFormat.Read(left, Counts, out long consumed);
            left = left.Slice(consumed);
            for (int i = 0; i < batch.Length; i++) yield return (((FixedColumn<long>)batch.Columns[0]).Values[i], ((FixedColumn<long>)batch.Columns[1]).Values[i]);
        }
    }

    /// <summary>JSON lines in a folder, an epoch a folder.</summary>
    public static TableRef Files(string path) => new("out", "filesystem", Options(("path", path), ("format", "json")), Counts, [], []);

    /// <summary>What the file sink has made visible.</summary>
    public static JsonElement[] Lines(string path) =>
    [
        .. Directory.EnumerateDirectories(path, "epoch-*").SelectMany(Directory.EnumerateFiles).Where(f => Path.GetFileName(f)[0] != '.').SelectMany(File.ReadAllLines)
            .Select(l => JsonDocument.Parse(l).RootElement),
    ];

    public static JobSubmission Submission(Plan plan, bool collect = false) => new("bids", "INSERT INTO out …", PlanJson.Write(plan), NoSettings, collect);

    private static ImmutableSortedDictionary<string, string> Options(params (string Key, string Value)[] options) => options.ToImmutableSortedDictionary(o => o.Key, o => o.Value);
}
