using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;
using Xunit;

namespace OrleansStream.Engine.Tests.Operators;

/// <summary>After warm-up, a thousand batches allocate nothing on the managed heap, windows that open and fire included.</summary>
public class AllocationTests
{
    private static readonly Schema Input = Schema.Of(("k", SqlType.BigInt), ("ts", SqlType.Timestamp(3)), ("v", SqlType.BigInt));
    private static readonly AggregateCall Count = new("COUNT", [], [], -1, false, SqlType.BigInt.NotNull);
    private static readonly AggregateCall Sum = new("SUM", [2], [SqlType.BigInt], -1, false, SqlType.BigInt);
    private static readonly Schema Counts = Schema.Of(("k", SqlType.BigInt), ("n", SqlType.BigInt.NotNull), ("s", SqlType.BigInt));
    private static readonly TumbleWindowSpec Tumble = new(Counts, 1, 1000, 0, [0], [Count, Sum], AggregatePhase.Single, []);

    private static readonly Dictionary<string, OperatorSpec> Specs = new()
    {
        ["tumble"] = Tumble,
        ["tumble partial"] = Tumble.Split(Input).Partial,
        ["hop"] = new HopWindowSpec(Counts, 1, 1000, 250, 0, [0], [Count, Sum], AggregatePhase.Single, []),
        ["cumulate"] = new CumulateWindowSpec(Counts, 1, 1000, 250, 0, [0], [Count, Sum], AggregatePhase.Single, []),
        ["group"] = new GroupAggregateSpec(Counts, [0], [Count, Sum], false, true),
        ["group extremes"] = new GroupAggregateSpec(Counts, [0], [Count, Sum with { Function = "MAX" }], true, true),
        ["normalize"] = new ChangelogNormalizeSpec(Input, [0], true),
        ["deduplicate"] = new DeduplicateSpec(Input, [0], 1, true, true),
        ["deduplicate first"] = new DeduplicateFirstSpec(Input, [2], 1),
        ["top n"] = new TopNSpec(Input, [0], [new(1, true, false), new(2, false, true)], 1, 10, false, false, true),
        ["top n number"] = new TopNSpec(Input.Concat(Schema.Of(("n", SqlType.BigInt.NotNull))), [0], [new(1, true, false)], 1, 10, true, false, true),
        ["sort"] = new SortSpec(Input, [new(1, false, true), new(0, false, true)], 1),
        ["over"] = new OverAggregateSpec(Input.Concat(Schema.Of(("s", SqlType.BigInt))), [0], 1, false, true, 3, [Sum]),
        ["over arrival"] = new OverAggregateSpec(Input.Concat(Schema.Of(("n", SqlType.BigInt.NotNull))), [0], -1, true, true, -1, [Count]),
        ["limit"] = new LimitSpec(Input, 10, 1_000_000_000),
        ["join"] = new EquiJoinSpec(Input.Concat(Input), [0], [0], Changelog: true),
    };

    public static TheoryData<string> Names => [.. Specs.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_thousand_batches_allocate_nothing(string name)
    {
        using var state = new ShardState();
        var output = new Dropping(Specs[name].Output);
        var op = Specs[name].Create();
        op.Open(new Context(Specs[name].Output, state.Of("op")));
        var batch = Batch.CreateView(Input);
        var (keys, times, values) = (new long[2048], new long[2048], new long[2048]);
        long time = 0;
        var random = new Random(3);
        void Run(int batches)
        {
            for (int b = 0; b < batches; b++)
            {
                for (int i = 0; i < 2048; i++) (keys[i], times[i], values[i]) = (random.Next(500), time += name == "join" ? 0 : i & 1, i & 15);
                ((FixedColumn<long>)batch.Columns[0]).Set(keys, 0, 2048, default);
                ((FixedColumn<long>)batch.Columns[1]).Set(times, 0, 2048, default);
                ((FixedColumn<long>)batch.Columns[2]).Set(values, 0, 2048, default);
                batch.Length = 2048;
                op.OnBatch(0, batch, output);
                Settle(op, output);
                op.OnWatermark(time - 1, output);
                Settle(op, output);
            }
        }

        // Rows of the join repeat: where a table grows, the list of its pages does too.
        if (name == "join") op.OnBatch(1, Other(), output);
        // Long enough for the largest output of one watermark, to which builders grow.
        Run(1000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run(1000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(output.Rows > 0);
    }

    private static void Settle(Operator op, Dropping output)
    {
        while (op.Resume(output))
        {
        }

        output.Emit();
    }

    private static Batch Other()
    {
        var b = new BatchBuilder(Input);
        for (int i = 0; i < 1000; i++)
        {
            b.Fixed<long>(0).Add(i);
            b.Fixed<long>(1).Add(i);
            b.Fixed<long>(2).Add(i);
            b.Advance(1);
        }

        return b.Build();
    }

    private sealed class Dropping(Schema schema) : Output
    {
        private readonly BatchBuilder _builder = new(schema, withKinds: true);

        public long Rows { get; private set; }

        public override int BatchSize => Batch.MaxRows;

        public override bool Full => false;

        public override void Append(Batch batch) => Rows += batch.Count;

        public override BatchBuilder Builder() => _builder;

        public override BatchBuilder Emit()
        {
            if (_builder.Count > 0) Append(_builder.Borrow());
            _builder.Reset();
            return _builder;
        }

        public override void Advance(long watermark) => Emit();
    }

    private sealed class Context(Schema output, OperatorState state) : OperatorContext
    {
        public override ImmutableArray<Schema> Inputs => [Input, Input];

        public override Schema Output => output;

        public override int Shard => 0;

        public override int Shards => 1;

        public override int BatchSize => Batch.MaxRows;

        public override bool EmitEach => false;

        public override TimeZoneInfo TimeZone => TimeZoneInfo.Utc;

        public override OperatorState State => state;

        public override long Watermark => long.MinValue;

        public override long ProcessingTime => 0;

        public override Counter Counter(string name) => new(name);

        public override void NeedsProcessingTime(long everyMs)
        {
        }
    }
}
