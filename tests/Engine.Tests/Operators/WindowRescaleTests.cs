using System.Collections.Immutable;
using CsCheck;
using OrleansStream.Columns;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Engine.Tests.Operators;

/// <summary>Windows of several shards, cut and restored into another number of them in the midst: the same as of one shard that was never cut.</summary>
public class WindowRescaleTests
{
    private static readonly Schema Input = Schema.Of(("k", SqlType.String), ("ts", SqlType.Timestamp(3)), ("v", SqlType.BigInt), ("g", SqlType.Int));
    private static readonly Schema Bounds = Schema.Of(("start", SqlType.Timestamp(3)), ("end", SqlType.Timestamp(3)), ("time", SqlType.Timestamp(3)));
    private static readonly ImmutableArray<WindowProperty> Properties = [WindowProperty.Start, WindowProperty.End, WindowProperty.Time];

    private static readonly ImmutableArray<AggregateCall> Plain =
        [new("COUNT", [], [], -1, false, SqlType.BigInt.NotNull), new("SUM", [2], [SqlType.BigInt], -1, false, SqlType.BigInt)];

    private static readonly ImmutableArray<AggregateCall> Distinct = [Plain[0], Plain[1] with { Distinct = true }];

    private static readonly Schema Grouped = Schema.Of(("k", SqlType.String), ("g", SqlType.Int), ("n", SqlType.BigInt.NotNull), ("s", SqlType.BigInt)).Concat(Bounds);

    // Keys (k, g); rows lie by k alone, as behind another aggregation by k.
    public static TheoryData<string> Operators() => ["tumble", "tumble distinct", "session", "session rows"];

    private static OperatorSpec Spec(string name) => name switch
    {
        "tumble" => new TumbleWindowSpec(Grouped, 1, 100, 30, [0, 3], Plain, AggregatePhase.Single, Properties, [0]),
        "tumble distinct" => new TumbleWindowSpec(Grouped, 1, 100, 30, [0, 3], Distinct, AggregatePhase.Single, Properties, [0]),
        "session" => new SessionWindowSpec(Grouped, 1, 40, [0, 3], Plain, Properties, [0]),
        _ => new SessionAssignSpec(Input.Concat(Bounds), 1, 40, [0, 3], [0]),
    };

    [Theory, MemberData(nameof(Operators))]
    public void The_number_of_shards_does_not_matter(string name) =>
        Gen.Select(Gen.Int, Gen.Int[1, 4], Gen.Int[1, 4], Gen.Int[0, HarnessMode.All.Count() - 1]).Sample((seed, before, after, mode) =>
    {
        var random = new Random(seed);
        List<string> first = Lines(random, 0), second = Lines(random, 400);
        var spec = Spec(name);
        var (expected, late) = Run(spec, [first, second], [1, 1], new HarnessMode());
        var (got, lateToo) = Run(spec, [first, second], [before, after], HarnessMode.All.ElementAt(mode));
        Assert.Equal(expected, got);
        Assert.Equal(late, lateToo);
    }, iter: 40);

    // Each shard gets its rows and every watermark.
    private static (List<string> Rows, long Late) Run(OperatorSpec spec, List<string>[] parts, int[] shards, HarnessMode mode)
    {
        var rows = new List<string>();
        long late = 0;
        var running = new List<OperatorHarness>();
        for (int p = 0; p < parts.Length; p++)
        {
            int count = shards[p];
            foreach (var r in running) r.Barrier();
            var next = Enumerable.Range(0, count).Select(i => new OperatorHarness(spec, [Input], mode, running, KeyGroups.RangeOf(i, count))).ToList();
            Close();
            running = next;
            for (int s = 0; s < running.Count; s++)
            {
                int shard = s;
                var lines = parts[p].Where(l => l.StartsWith("watermark", StringComparison.Ordinal) || ShardOf(l, running.Count) == shard).ToList();
                running[s].Batch(0, StreamFile.Rows(Input, lines));
                if (lines.LastOrDefault(l => l.StartsWith("watermark", StringComparison.Ordinal)) is { } last) running[s].AdvanceTo(long.Parse(last[10..], null));
            }
        }

        foreach (var r in running) r.AdvanceTo(long.MaxValue);
        Close();
        return ([.. rows.Order(StringComparer.Ordinal)], late);

        void Close()
        {
            foreach (var r in running)
            {
                rows.AddRange(r.Take());
                late += r.Count("late_rows");
                r.Dispose();
            }
        }
    }

    private static int ShardOf(string line, int shards)
    {
        var row = StreamFile.Rows(Input, [line]);
        var hash = new ulong[1];
        RowHash.Hash(row, [0], hash);
        return KeyGroups.ShardOf(hash[0], shards);
    }

    private static List<string> Lines(Random random, long time)
    {
        var lines = new List<string>();
        for (int i = random.Next(150); i > 0; i--)
        {
            time += random.Next(20);
            lines.Add($"{(random.Next(9) == 0 ? "NULL" : "key-" + random.Next(6))} {time - random.Next(60)} {random.Next(4)} {(random.Next(5) == 0 ? "NULL" : random.Next(3))}");
            if (random.Next(5) == 0) lines.Add($"watermark {time - 40}");
        }

        return lines;
    }
}
