using System.Buffers;
using System.Collections.Immutable;
using CsCheck;
using OrleansStream.Columns;
using OrleansStream.Engine.Functions;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;
using OrleansStream.Engine.Tests.Expressions;
using Xunit;

namespace OrleansStream.Engine.Tests.Functions;

/// <summary>What every aggregate of the catalog must hold, for every type that it takes.</summary>
public class AggregateLaws
{
    private static readonly SqlType[] Types =
    [
        SqlType.Boolean, SqlType.TinyInt, SqlType.SmallInt, SqlType.Int, SqlType.BigInt, SqlType.Float, SqlType.Double, SqlType.Decimal(9, 2), SqlType.Decimal(30, 4),
        SqlType.String, SqlType.Date, SqlType.Time(3), SqlType.Timestamp(3), SqlType.Timestamp(9), SqlType.TimestampLtz(3),
    ];

    public static TheoryData<string, string> Calls
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (string name in FunctionCatalog.Aggregates.Keys.Order(StringComparer.Ordinal))
                foreach (var type in Types)
                    if (FunctionCatalog.Aggregates[name].Resolve([type]) is not null) data.Add(name, type.ToString());
            return data;
        }
    }

    // Whole numbers and short fractions: sums of them are exact in floating point too, so that the order of additions cannot show.
    private static Gen<string?> Values(SqlType type)
    {
        Gen<string> value = type.Kind switch
        {
            TypeKind.Boolean => Gen.Bool.Select(b => b ? "TRUE" : "FALSE"),
            TypeKind.TinyInt => Gen.Int[-20, 20].Select(i => $"{i}"),
            TypeKind.Float or TypeKind.Double => Gen.Int[-1000, 1000].Select(i => $"{i / 4}.{(i & 1) * 5}"),
            TypeKind.Decimal => Gen.Int[-100000, 100000].Select(i => $"{i / 100}.{Math.Abs(i % 100):D2}"),
            TypeKind.VarChar => Gen.String[Gen.Char['a', 'e'], 0, 20],
            TypeKind.Date => Gen.Int[1, 28].Select(d => $"2024-02-{d:D2}"),
            TypeKind.Time => Gen.Int[0, 59].Select(m => $"12:{m:D2}:00.0"),
            TypeKind.Timestamp or TypeKind.TimestampLtz => Gen.Int[0, 59].Select(m => $"2024-02-03 12:{m:D2}:00.123456789"),
            _ => Gen.Int[-1000, 1000].Select(i => $"{i}"),
        };
        return Gen.Frequency((1, Gen.Const((string?)null)), (5, value.Select(v => (string?)v)));
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public void Holds(string name, string typeText)
    {
        var type = SqlTypeText.Parse(typeText);
        var gen = Gen.Select(Values(type).Array[0, 8], Values(type).Array[0, 8], Values(type).Array[0, 8]);
        gen.Sample((a, b, c) =>
        {
            string?[] all = [.. a, .. b, .. c];
            using var rig = new Rig(name, type);
            string expected = rig.Result(t => t.Add(0, all));
            Assert.Equal(rig.Empty, rig.Result(_ => { }));
            Same(expected, rig.Result(t => { t.Add(0, a); t.Add(0, b); t.Add(0, c); }));
            Same(expected, rig.Result(t => { t.Add(0, a); t.Add(1, b); t.Add(2, c); t.Merge(0, 1); t.Merge(0, 2); }));
            Same(expected, rig.Result(t => { t.Add(0, a); t.Add(1, b); t.Add(2, c); t.Merge(1, 2); t.Merge(0, 1); }));
            Same(expected, rig.Result(t => { t.Add(0, all); t.Merge(0, 1); }));
            Same(expected, rig.Result(t => { t.Add(1, a); t.Add(2, b); t.Add(3, c); t.MergePartial(0, 1); t.MergePartial(0, 2); t.MergePartial(0, 3); }));
            Same(expected, rig.Result(t => { t.Add(0, a); t.Restore(); t.Add(0, b); t.Add(0, c); t.Restore(); }));
            // Where order counts, the first value like it goes: what is taken away is then like no other.
            if (rig.Ordered && !type.IsText) return;
            if (rig.Ordered) b = [.. b.Select(v => "z" + v)];
            if (rig.Ordered) Same(expected = rig.Result(t => { t.Add(0, a); t.Add(0, c); }), rig.Result(t => { t.Add(0, a); t.Add(0, b); t.Add(0, c); t.Retract(0, b); }));
            else if (rig.Retracts) Same(expected, rig.Result(t => { t.Add(0, a); t.Add(0, b); t.Retract(0, b); t.Add(0, b); t.Add(0, c); t.Add(0, a); t.Retract(0, a); }));
        }, iter: 12);
    }

    // The variance of other orders of the same values may differ in its last digits.
    private static void Same(string expected, string actual)
    {
        if (expected == actual) return;
        bool close = double.TryParse(expected, System.Globalization.CultureInfo.InvariantCulture, out double a) && double.TryParse(actual, System.Globalization.CultureInfo.InvariantCulture, out double b)
            && (expected.Contains('.', StringComparison.Ordinal) || actual.Contains('.', StringComparison.Ordinal)) && Math.Abs(a - b) <= 1e-6 * Math.Max(1, Math.Abs(a));
        Assert.True(close, $"expected {expected}, got {actual}");
    }

    /// <summary>A table with one record for each of a few keys.</summary>
    private sealed class Rig : IDisposable
    {
        private readonly Aggregate _aggregate;
        private readonly SqlType _type;
        private readonly StateSpec _spec;
        private readonly Schema _input;
        private ShardState _state = new();
        private ValueTable _table;
        private int _key;

        public Rig(string name, SqlType type)
        {
            var resolved = FunctionCatalog.Aggregates[name].Resolve([type])!;
            _aggregate = FunctionCatalog.Bind(new AggregateCall(name, [1], resolved.Arguments, -1, false, resolved.Result));
            _type = type;

            // Fields of other widths around the state: it must stay in one piece.
            var values = new Schema([new Field("before", SqlType.Int), .. _aggregate.State.Select((t, i) => new Field($"s{i}", t)), new Field("after", SqlType.Decimal(38, 0))]);
            _spec = new StateSpec("t", 1, StateKind.Value, Schema.Of(("k", SqlType.BigInt)), null, values, Ttl.None);
            _input = Schema.Of(("k", SqlType.BigInt), ("v", type));
            _table = _state.Of("op").Value(_spec);
            _aggregate.Bind(_table.Layout, 1);
            Empty = resolved.Result.Nullable ? "NULL" : name == "COLLECT" ? "{}" : name == "JSON_ARRAYAGG" ? "[]" : "0";
        }

        public string Empty { get; }

        public bool Retracts => _aggregate.Retracts;

        public bool Ordered => _aggregate.Retracts && !_aggregate.RetractsInParts && !_aggregate.Call.Type.IsNumeric;

        public string Result(Action<Rig> act)
        {
            _key += 10;
            act(this);
            var builder = ColumnBuilder.Create(_aggregate.Call.Type);
            _aggregate.WriteResult(_table, [Record(0)], builder);
            return Rowset.Texts(builder.Build(), [0])[0] ?? "NULL";
        }

        public void Add(int key, string?[] values) => Each(key, values, _aggregate.Add);

        public void Retract(int key, string?[] values) => Each(key, values, _aggregate.Retract);

        public void Merge(int into, int from)
        {
            // Resolve both first: an address is good until the next Resolve.
            nint[] records = Records(into, from);
            _aggregate.Merge(_table, [records[0]], _table, [records[1]]);
        }

        public void MergePartial(int into, int from)
        {
            var schema = new Schema([.. _aggregate.Partial.Select((t, i) => new Field($"p{i}", t))]);
            var builder = new BatchBuilder(schema);
            _aggregate.WritePartial(_table, [Record(from)], builder, 0);
            builder.Advance(1);
            _aggregate.MergePartial(_table, builder.Build(), 0, [0], [Record(into)]);
        }

        public void Restore()
        {
            var part = new ArrayBufferWriter<byte>();
            _state.Cut(1);
            while (_state.WritePart(part, true)) ;
            _state.Dispose();
            _state = new ShardState();
            _state.Read(part.WrittenMemory, KeyGroupRange.All);
            _table = _state.Of("op").Value(_spec);
        }

        public void Dispose() => _state.Dispose();

        private delegate void Step(StoredTable table, Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<nint> records);

        private void Each(int key, string?[] values, Step step)
        {
            if (values.Length == 0) return;

            // Every other row is not named: positions count, not order.
            var batch = Rowset.Of(_input, [.. values.SelectMany(v => new[] { new[] { "0", v }, ["0", null] })]);
            int[] rows = [.. Enumerable.Range(0, values.Length).Select(i => 2 * i)];
            nint record = Record(key);
            nint[] records = [.. values.Select(_ => record)];
            step(_table, batch, rows, records);
        }

        private nint Record(int key) => Records(key)[0];

        private nint[] Records(params int[] keys)
        {
            var batch = Rowset.Of(Schema.Of(("k", SqlType.BigInt)), [.. keys.Select(k => new[] { $"{_key + k}" })]);
            var hashes = new ulong[keys.Length];
            RowHash.Hash(batch, [0], hashes);
            var records = new nint[keys.Length];
            _table.Resolve(batch, [0], [.. Enumerable.Range(0, keys.Length)], hashes, Access.Write, records, new ulong[1]);
            return records;
        }
    }
}
