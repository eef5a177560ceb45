using System.Buffers;
using System.Collections.Immutable;
using CsCheck;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;
using Xunit;

namespace OrleansStream.Engine.Tests.State;

/// <summary>Sorted maps against a dictionary of sorted lists, with cuts, and restores into one to three shards.</summary>
public class SortedMapTableTests
{
    private const int Rounds = 20;

    /// <summary>Columns of a batch: the key (one or two), then what is sorted by; none, one word, two words, text.</summary>
    public static TheoryData<string, int, string> Shapes { get; } = new()
    {
        { "BIGINT", 1, "" }, { "BIGINT, STRING", 2, "INT NOT NULL" }, { "", 0, "BIGINT" }, { "STRING", 1, "STRING" }, { "BIGINT", 1, "DOUBLE, STRING" },
    };

    [Theory, MemberData(nameof(Shapes))]
    public void Equals_a_dictionary_over_cuts_and_restores(string key, int keys, string order) => Gen.Select(Gen.Int, Gen.Int[1, 10]).Sample((seed, steps) =>
    {
        var random = new Random(seed);
        var world = new World(string.Join(", ", new[] { key, order }.Where(t => t.Length > 0)), keys, random);
        world.Open([], 1);
        for (int step = 0; step < steps; step++)
        {
            world.Change(world.Shards, world.Model);
            if (random.Next(2) == 0) world.Cut(step, restore: random.Next(2) == 0);
        }

        world.Check();
        foreach (var s in world.Shards) s.State.Dispose();
    }, iter: Rounds, threads: 2);

    [Fact]
    public void Entries_end_with_their_time_over_a_restore_too()
    {
        var schema = Keys.SchemaOf("BIGINT, INT NOT NULL");
        var spec = new StateSpec("t", 1, StateKind.SortedMap, schema.Select([0]), SortKey.SchemaOf(schema, [new SortColumn(1, false, true)]), Schema.Empty, new Ttl(100));
        var order = new SortKey(schema, [new SortColumn(1, false, true)]);
        var state = new ShardState { Now = 1000 };
        var table = state.Of("op").Sorted(spec);
        foreach (int age in (int[])[0, 50, 90])
        {
            state.Now = 1000 + age;
            Insert(table, order, schema, age);
        }

        state.Cut(1);
        var part = new ArrayBufferWriter<byte>();
        while (state.WritePart(part, true))
        {
        }

        state.Dispose();
        state = new ShardState { Now = 1149 };
        state.Read(part.WrittenMemory, KeyGroupRange.All);
        table = state.Of("op").Sorted(spec);
        Assert.Equal(3, table.Count);
        Insert(table, order, schema, 149);
        Assert.Equal(3, table.Count);
        state.Now = 1189;
        Insert(table, order, schema, 189);
        Assert.Equal(3, table.Count);
        state.Now = 2000;
        Insert(table, order, schema, 7);
        Assert.Equal(1, table.Count);
        state.Dispose();
        Assert.Equal(0, state.Bytes);
    }

    private static void Insert(SortedMapTable table, SortKey order, Schema schema, int value)
    {
        var b = new BatchBuilder(schema);
        b.Fixed<long>(0).Add(5);
        b.Fixed<int>(1).Add(value);
        b.Advance(1);
        var batch = b.Build();
        var hashes = new ulong[1];
        RowHash.Hash(batch, [0], hashes);
        var tree = new nint[1];
        table.Resolve(batch, [0], [0], hashes, Access.Write, tree);
        order.Encode(batch, [0]);
        nint entry = table.Insert(tree[0], order.Columns, 0);
        table.WriteKeys(batch, [0], [0], [entry]);
        table.Settle();
    }

    private sealed class World(string types, int keys, Random random)
    {
        private readonly Schema _row = Keys.SchemaOf(types);
        private readonly int[] _keys = Keys.All(keys);
        private readonly ImmutableArray<SortColumn> _order = [.. Enumerable.Range(keys, Keys.SchemaOf(types).Count - keys).Select(c => new SortColumn(c, random.Next(2) == 0, random.Next(2) == 0))];
        private List<List<byte[]>> _chains = [[]];
        private long _value;

        public List<(ShardState State, SortedMapTable Table, KeyGroupRange Range)> Shards { get; private set; } = [];

        /// <summary>Values by key, in order.</summary>
        public Dictionary<string, List<(byte[] Order, long Value)>> Model { get; private set; } = [];

        private StateSpec Spec => new("sorted", 1, StateKind.SortedMap, _row.Select(_keys), SortKey.SchemaOf(_row, _order), Schema.Of(("v", SqlType.BigInt.NotNull), ("t", SqlType.String)), Ttl.None);

        public void Open(IEnumerable<byte[]> parts, int count)
        {
            Shards = [.. Enumerable.Range(0, count).Select(i =>
            {
                var state = new ShardState();
                foreach (byte[] p in parts) state.Read(p, KeyGroups.RangeOf(i, count));
                return (state, state.Of("op").Sorted(Spec), KeyGroups.RangeOf(i, count));
            })];
        }

        // Changes go on while the cut is stored; a restore then loses them.
        public void Cut(int epoch, bool restore)
        {
            var saved = Model.ToDictionary(m => m.Key, m => m.Value.ToList());
            for (int i = 0; i < Shards.Count; i++)
            {
                bool full = _chains[i].Count == 0 || random.Next(3) == 0;
                Shards[i].State.Cut(epoch);
                if (i == 0) Change([Shards[0]], Model);
                var part = new ArrayBufferWriter<byte>();
                while (Shards[i].State.WritePart(part, full))
                {
                }

                if (full) _chains[i].Clear();
                _chains[i].Add(part.WrittenSpan.ToArray());
            }

            if (!restore) return;
            foreach (var s in Shards) s.State.Dispose();
            int count = random.Next(1, 4);
            Open(_chains.SelectMany(c => c), count);
            _chains = [.. Enumerable.Range(0, count).Select(_ => new List<byte[]>())];
            Model = saved;
        }

        // Inserts rows, and takes away some entries: the first, the last, or the first at least as great as a row.
        public unsafe void Change(List<(ShardState State, SortedMapTable Table, KeyGroupRange Range)> shards, Dictionary<string, List<(byte[] Order, long Value)>> model)
        {
            var batch = new Keys(_row, random, 60).Batch(random.Next(1, 400));
            int[] kinds = [.. Enumerable.Range(0, batch.Length).Select(_ => random.Next(5))];
            foreach (var (_, table, range) in shards)
            {
                var (rows, hashes) = RowsOf(batch, range);
                var trees = new nint[rows.Length];
                table.Resolve(batch, _keys, rows, hashes, Access.Write, trees);
                var order = new SortKey(_row, _order);
                order.Encode(batch, rows);
                for (int i = 0; i < rows.Length; i++)
                {
                    var list = ListOf(model, batch, rows[i]);
                    if (kinds[rows[i]] < 3)
                    {
                        byte[] text = OrderOf(order, i);
                        nint entry = table.Insert(trees[i], order.Columns, i);
                        table.WriteKeys(batch, _keys, [rows[i]], [entry]);
                        *(long*)(entry + table.Layout.ValueOffsets[0]) = ++_value;
                        table.SetValueText(entry, 1, System.Text.Encoding.UTF8.GetBytes($"a text of more than twelve bytes: {_value}"));
                        int at = list.FindIndex(x => x.Order.AsSpan().SequenceCompareTo(text) > 0);
                        list.Insert(at < 0 ? list.Count : at, (text, _value));
                    }
                    else if (list.Count > 0)
                    {
                        int at = kinds[rows[i]] == 3 ? list.Count - 1 : list.FindIndex(x => x.Order.AsSpan().SequenceCompareTo(OrderOf(order, i)) >= 0);
                        nint entry = kinds[rows[i]] == 3 ? SortedMapTable.Last(trees[i]) : table.AtLeast(trees[i], order.Columns, i);
                        Assert.Equal(at < 0, entry == 0);
                        if (at < 0) continue;
                        Assert.Equal(list[at].Value, *(long*)(entry + table.Layout.ValueOffsets[0]));
                        table.Remove(trees[i], entry);
                        list.RemoveAt(at);
                    }
                }

                table.Settle();
            }
        }

        public unsafe void Check()
        {
            var batch = new Keys(_row, new Random(0), 60).Batch(400);
            var found = new Dictionary<string, List<long>>();
            foreach (var (_, table, range) in Shards)
            {
                var (rows, hashes) = RowsOf(batch, range);
                var trees = new nint[rows.Length];
                table.Resolve(batch, _keys, rows, hashes, Access.Read, trees);
                for (int i = 0; i < rows.Length; i++)
                {
                    if (trees[i] == 0) continue;
                    var values = new List<long>();
                    for (nint e = SortedMapTable.First(trees[i]); e != 0; e = table.Next(e))
                    {
                        values.Add(*(long*)(e + table.Layout.ValueOffsets[0]));
                        Assert.Equal($"a text of more than twelve bytes: {values[^1]}", System.Text.Encoding.UTF8.GetString(table.ValueText(e, 1)));
                    }

                    var back = new List<long>();
                    for (nint e = SortedMapTable.Last(trees[i]); e != 0; e = table.Previous(e)) back.Add(*(long*)(e + table.Layout.ValueOffsets[0]));
                    back.Reverse();
                    Assert.Equal(values, back);
                    Assert.Equal(values.Count, SortedMapTable.CountOf(trees[i]));
                    found[Keys.Text(batch.SelectColumns(_keys), rows[i])] = values;
                }
            }

            Assert.Equal(Model.Where(m => m.Value.Count > 0).OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => $"{m.Key}: {string.Join(",", m.Value.Select(v => v.Value))}"),
                found.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => $"{m.Key}: {string.Join(",", m.Value)}"));
            Assert.Equal(Model.Values.Sum(l => l.Count), Shards.Sum(s => s.Table.Count));
        }

        private List<(byte[] Order, long Value)> ListOf(Dictionary<string, List<(byte[] Order, long Value)>> model, Batch batch, int row)
        {
            string key = Keys.Text(batch.SelectColumns(_keys), row);
            if (!model.TryGetValue(key, out var list)) model.Add(key, list = []);
            return list;
        }

        private static byte[] OrderOf(SortKey order, int at)
        {
            if (order.Columns.Length > 0 && order.Columns[0] is TextColumn t) return t[at].ToArray();
            var bytes = new List<byte>();
            foreach (FixedColumn<long> w in order.Columns)
            {
                var word = new byte[8];
                System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(word, w.Values[at] ^ long.MinValue);
                bytes.AddRange(word);
            }

            return [.. bytes];
        }

        private (int[] Rows, ulong[] Hashes) RowsOf(Batch batch, KeyGroupRange range)
        {
            var hashes = new ulong[batch.Length];
            RowHash.Hash(batch, _keys, hashes);
            return ([.. Keys.All(batch.Length).Where(r => range.Contains(KeyGroups.Of(hashes[r])))], hashes);
        }
    }
}

internal static class BatchColumns
{
    public static Batch SelectColumns(this Batch batch, int[] columns) => new(batch.Schema.Select(columns), [.. columns.Select(c => batch.Columns[c])]) { Length = batch.Length };
}
