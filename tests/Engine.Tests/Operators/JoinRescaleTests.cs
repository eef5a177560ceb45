using System.Buffers;
using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;
using Xunit;

namespace OrleansStream.Engine.Tests.Operators;

/// <summary>Rows come to a join by some of its keys: what one shard has kept is found again by the rows of three, which come by the same ones.</summary>
public class JoinRescaleTests
{
    private const int Rows = 2000;
    private static readonly Schema Side = Schema.Of(("a", SqlType.BigInt), ("b", SqlType.String), ("end", SqlType.Timestamp(3)));

    private static readonly Dictionary<string, OperatorSpec> Specs = new()
    {
        ["inserts"] = new EquiJoinSpec(Side.Concat(Side), [0, 1], [0, 1], false, [0], [0]),
        ["changes"] = new EquiJoinSpec(Side.Concat(Side), [0, 1], [0, 1], true, [0], [0]),
        ["left"] = new OuterJoinSpec(JoinType.Left.OutputOf(Side, Side), JoinType.Left, [0, 1], [0, 1], null, [0], [0]),
        ["window"] = new WindowJoinSpec(Side.Concat(Side), JoinType.Inner, [0, 1], [0, 1], 2, 2, null, [0], [0]),
        ["window without keys"] = new WindowJoinSpec(Side.Concat(Side), JoinType.Inner, [], [], 2, 2, null, [2], [2]),
        ["interval"] = new IntervalJoinSpec(Side.Concat(Side), JoinType.Inner, [0, 1], [0, 1], 2, 2, 0, 0, null, [0], [0]),
    };

    public static TheoryData<string> Names => [.. Specs.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_one_shard_kept_three_find(string name)
    {
        int[] routing = name == "window without keys" ? [2] : [0];
        var left = Make(1);
        var right = Make(2);
        var part = new ArrayBufferWriter<byte>();
        using (var one = new ShardState())
        {
            var op = Open(Specs[name], one, new Pairs(Specs[name].Output), out var output);
            Give(op, 0, left, output);
            one.Cut(1);
            while (one.WritePart(part, true))
            {
            }
        }

        var all = new Pairs(Specs[name].Output);
        for (int shard = 0; shard < 3; shard++)
        {
            using var state = new ShardState();
            state.Read(part.WrittenMemory, KeyGroups.RangeOf(shard, 3));
            var op = Open(Specs[name], state, all, out _);
            var hashes = new ulong[Rows];
            RowHash.Hash(right, routing, hashes);
            var mine = new BatchBuilder(Side);
            mine.Append(right, [.. Enumerable.Range(0, Rows).Where(r => KeyGroups.ShardOf(hashes[r], 3) == shard)]);
            Give(op, 1, mine.Build(), all);
            op.OnWatermark(long.MaxValue, all);
            Settle(op, all);
        }

        bool keyed = routing[0] == 0;
        long expected = (from l in Enumerable.Range(0, Rows) from r in Enumerable.Range(0, Rows) where Same(left, l, right, r, keyed) select 1).LongCount();
        Assert.True(expected > 100);
        Assert.Equal(expected, all.Count);
    }

    private static bool Same(Batch left, int l, Batch right, int r, bool keyed)
    {
        for (int c = keyed ? 0 : 2; c < 3; c++)
        {
            bool same = left.Columns[c] is TextColumn t ? t[l].SequenceEqual(((TextColumn)right.Columns[c])[r])
                : ((FixedColumn<long>)left.Columns[c]).Values[l] == ((FixedColumn<long>)right.Columns[c]).Values[r];
            if (!same) return false;
        }

        return true;
    }

    // The end follows from the keys, so that joins on time and joins without find the same.
    private static Batch Make(int seed)
    {
        var random = new Random(seed);
        var builder = new BatchBuilder(Side);
        for (int i = 0; i < Rows; i++)
        {
            int a = random.Next(100), b = random.Next(20);
            builder.Fixed<long>(0).Add(a);
            builder.Text(1).Append(System.Text.Encoding.UTF8.GetBytes(new string('b', b)));
            builder.Fixed<long>(2).Add(1000 * (1 + ((a + b) % 60)));
        }

        builder.Advance(Rows);
        return builder.Build();
    }

    private static Operator Open(OperatorSpec spec, ShardState state, Pairs to, out Pairs output)
    {
        var op = spec.Create();
        op.Open(new Context(spec.Output, state.Of("op")));
        output = to;
        return op;
    }

    private static void Give(Operator op, int port, Batch batch, Pairs output)
    {
        if (batch.Length == 0) return;
        op.OnBatch(port, batch, output);
        Settle(op, output);
    }

    private static void Settle(Operator op, Pairs output)
    {
        while (op.Resume(output))
        {
        }

        output.Emit();
    }

    /// <summary>Counts rows without a NULL at their end: padded ones are none.</summary>
    private sealed class Pairs(Schema schema) : Output
    {
        private readonly BatchBuilder _builder = new(schema, withKinds: true);

        public long Count { get; private set; }

        public override int BatchSize => Batch.MaxRows;

        public override bool Full => false;

        public override void Append(Batch batch)
        {
            for (int r = 0; r < batch.Length; r++) if (!batch.Columns[^1].IsNull(r)) Count += batch.KindAt(r).IsAdd() ? 1 : -1;
        }

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
        public override ImmutableArray<Schema> Inputs => [Side, Side];

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
