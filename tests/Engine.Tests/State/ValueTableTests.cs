using System.Buffers;
using CsCheck;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;
using Xunit;

namespace OrleansStream.Engine.Tests.State;

/// <summary>Value tables against a dictionary, with cuts and restores at random points.</summary>
public class ValueTableTests
{
    private static readonly Schema Sum = Schema.Of(("sum", SqlType.BigInt.NotNull), ("n", SqlType.Int.NotNull));

    public static TheoryData<string> KeyTypes => ["BIGINT", "BIGINT NOT NULL", "STRING", "INT, STRING", "BIGINT, BIGINT", "CHAR(6)", "DOUBLE", "DECIMAL(30, 2), BOOLEAN", "",
        "TIMESTAMP(3) NOT NULL", "TIMESTAMP(3)", "TIMESTAMP_LTZ(3) NOT NULL"];

    [Theory]
    [MemberData(nameof(KeyTypes))]
    public void Equals_a_dictionary_over_cuts_and_restores(string types)
    {
        var keys = Keys.SchemaOf(types);
        Gen.Select(Gen.Int[1, 12], Gen.Int[0, int.MaxValue], Gen.Int[0, 2].Select(i => i == 0 ? 3 : i == 1 ? 40 : 3000)).Sample((steps, seed, distinct) =>
        {
            using var subject = new Subject(keys, new Random(seed), distinct);
            for (int i = 0; i < steps; i++) subject.Step();
            subject.Check();
        }, iter: 25, threads: 2);
    }

    [Fact]
    public void Grows_to_many_pages_and_finds_every_key()
    {
        using var state = new ShardState();
        var table = state.Of("op").Value(Spec(Keys.SchemaOf("BIGINT")));
        var records = new nint[2048];
        var isNew = new ulong[32];
        for (long first = 0; first < 1_000_000; first += 2048)
        {
            var batch = Keys.Int64Batch(Enumerable.Range(0, 2048).Select(i => first + i));
            var hashes = Keys.Hashes(batch);
            table.Resolve(batch, [0], Keys.All(2048), hashes, Access.Write, records, isNew);
            Assert.All(isNew, w => Assert.Equal(ulong.MaxValue, w));
            Assert.Equal(2048, records.Distinct().Count());
            table.Resolve(batch, [0], Keys.All(2048), hashes, Access.Write, records, isNew);
            Assert.All(isNew, w => Assert.Equal(0UL, w));
        }

        Assert.True(table.Count >= 1_000_000);
        Assert.True(state.LiveBytes < table.Count * 100, $"{state.LiveBytes / table.Count} bytes a key");
    }

    // Keys of one number range take places of their own; the range grows at both ends; then keys come that lie far away, up to the ends of what a BIGINT holds.
    [Theory]
    [InlineData(5_000L)]
    [InlineData(long.MaxValue - 8_000)]
    [InlineData(long.MinValue + 6_000)]
    public void Keys_that_lie_close_together_and_then_do_not(long centre)
    {
        using var subject = new Subject(Keys.SchemaOf("BIGINT NOT NULL"), new Random(7), 1);
        var random = new Random(11);
        void Near(int spread) => subject.Write(Keys.Int64Batch(Enumerable.Range(0, 1000).Select(_ => unchecked(centre + random.Next(-spread, spread)))));
        for (int spread = 1000; spread <= 5000; spread += 500)
        {
            for (int i = 0; i < 4; i++) Near(spread);
            subject.Check();
            subject.Cut(restore: false);
            subject.Remove(Keys.Int64Batch([centre, centre + 1, centre - 5_500, 0, long.MaxValue]));
        }

        subject.Write(Keys.Int64Batch([centre + 5, long.MinValue, 0, centre - 5, long.MaxValue]));
        Near(5000);
        subject.Cut(restore: true);
        Near(1000);
        subject.Check();
    }

    [Fact]
    public void Equal_words_of_different_keys_are_told_apart()
    {
        // Hashes are given, not computed: all keys collide in every bit.
        using var state = new ShardState();
        var table = state.Of("op").Value(Spec(Keys.SchemaOf("BIGINT, STRING")));
        var builder = new BatchBuilder(table.Spec.Key);
        for (int i = 0; i < 600; i++)
        {
            builder.Fixed<long>(0).Add(i % 200);
            builder.Text(1).Append(System.Text.Encoding.UTF8.GetBytes($"text number {i % 200}"));
            builder.Advance(1);
        }

        var batch = builder.Borrow();
        var records = new nint[600];
        var isNew = new ulong[10];
        table.Resolve(batch, [0, 1], Keys.All(600), new ulong[600], Access.Write, records, isNew);
        Assert.Equal(200, table.Count);
        Assert.Equal(200, records.Distinct().Count());
        for (int i = 0; i < 600; i++) Assert.Equal(records[i % 200], records[i]);
        for (int i = 0; i < 600; i++) Assert.Equal(i < 200, Bitmap.Get(isNew, i));
    }

    [Fact]
    public void Expired_records_are_absent_and_begin_anew()
    {
        using var state = new ShardState { Now = 1000 };
        var table = state.Of("op").Value(Spec(Keys.SchemaOf("BIGINT")) with { Ttl = new Ttl(100) });
        var batch = Keys.Int64Batch([7, 8]);
        var hashes = Keys.Hashes(batch);
        var records = new nint[2];
        var isNew = new ulong[1];
        table.Resolve(batch, [0], [0, 1], hashes, Access.Write, records, isNew);
        Subject.Write(records[0], table.Layout, 5);
        state.Now = 1050;
        table.Resolve(batch, [0], [0], hashes, Access.Write, records, isNew);
        Assert.Equal(0UL, isNew[0]);
        Assert.Equal(5, Subject.ReadSum(records[0], table.Layout));
        state.Now = 1149;
        table.Resolve(batch, [0], [0, 1], hashes, Access.Read, records, isNew);
        Assert.True(records[0] != 0 && records[1] == 0);
        state.Now = 1150;
        table.Resolve(batch, [0], [0], hashes, Access.Write, records, isNew);
        Assert.Equal(1UL, isNew[0]);
        Assert.Equal(0, Subject.ReadSum(records[0], table.Layout));
    }

    internal static StateSpec Spec(Schema keys) => new("sums", 1, StateKind.Value, keys, null, Sum, Ttl.None);

    /// <summary>A shard with one table, and the dictionary that it must equal. Parts are read back into one to three shards by key group.</summary>
    private sealed class Subject : IDisposable
    {
        private readonly Schema _keys;
        private readonly Random _random;
        private readonly Keys _source;
        private readonly Dictionary<string, (long Sum, int N)> _model = [];
        private readonly List<(ShardState State, ValueTable Table, KeyGroupRange Range)> _shards = [];
        private List<List<byte[]>> _chains = [];
        private long _epoch;

        public Subject(Schema keys, Random random, int distinct)
        {
            (_keys, _random) = (keys, random);
            _source = new Keys(keys, random, distinct);
            _shards.Add(Open(KeyGroupRange.All));
            _chains.Add([]);
        }

        public void Step()
        {
            switch (_random.Next(6))
            {
                case 0: Remove(); break;
                case 1: Cut(restore: false); break;
                case 2: Cut(restore: true); break;
                default: Write(); break;
            }
        }

        public void Check()
        {
            var all = new Dictionary<string, (long, int)>();
            var records = new nint[50];
            foreach (var (_, table, _) in _shards)
            {
                long cursor = 0, count = 0;
                for (int n; (n = table.Scan(ref cursor, records)) > 0;)
                {
                    var to = new BatchBuilder(_keys);
                    table.CopyKeys(records.AsSpan(0, n), to, 0);
                    to.Advance(n);
                    var batch = to.Borrow();
                    for (int i = 0; i < n; i++) Assert.True(all.TryAdd(Keys.Text(batch, i), Read(records[i], table.Layout)), "a key twice");
                    count += n;
                }

                Assert.Equal(table.Count, count);
            }

            Assert.Equal(_model.OrderBy(k => k.Key), all.OrderBy(k => k.Key));
        }

        public void Dispose()
        {
            foreach (var s in _shards) s.State.Dispose();
        }

        private void Write() => Write(_source.Batch(_random.Next(1, 1500)));

        public void Write(Batch batch)
        {
            var hashes = Keys.Hashes(batch);
            foreach (var (_, table, range) in _shards)
            {
                int[] rows = [.. Keys.All(batch.Length).Where(r => range.Contains(KeyGroups.Of(hashes[r])))];
                var records = new nint[rows.Length];
                var isNew = new ulong[Bitmap.WordsFor(rows.Length)];
                table.Resolve(batch, Keys.All(_keys.Count), rows, hashes, Access.Read, records, isNew);
                for (int i = 0; i < rows.Length; i++) Assert.Equal(_model.ContainsKey(Keys.Text(batch, rows[i])), records[i] != 0);
                table.Resolve(batch, Keys.All(_keys.Count), rows, hashes, Access.Write, records, isNew);
                for (int i = 0; i < rows.Length; i++)
                {
                    string key = Keys.Text(batch, rows[i]);
                    Assert.Equal(!_model.ContainsKey(key), Bitmap.Get(isNew, i));
                    var old = _model.GetValueOrDefault(key);
                    Assert.Equal(old, Read(records[i], table.Layout));
                    _model[key] = (old.Sum + rows[i], old.N + 1);
                    Write(records[i], table.Layout, old.Sum + rows[i], old.N + 1);
                }
            }
        }

        private void Remove() => Remove(_source.Batch(_random.Next(1, 500)));

        public void Remove(Batch batch)
        {
            var hashes = Keys.Hashes(batch);
            foreach (var (_, table, range) in _shards)
            {
                int[] rows = [.. Keys.All(batch.Length).Where(r => range.Contains(KeyGroups.Of(hashes[r])))];
                var records = new nint[rows.Length];
                table.Resolve(batch, Keys.All(_keys.Count), rows, hashes, Access.Read, records, new ulong[Bitmap.WordsFor(rows.Length)]);
                table.Remove([.. records.Where(r => r != 0).Distinct()]);
                foreach (int r in rows) _model.Remove(Keys.Text(batch, r));
            }
        }

        // Writes between the slices of a part must not be in it: the model of the moment is what a restore gives.
        public void Cut(bool restore)
        {
            _epoch++;
            var saved = new Dictionary<string, (long, int)>(_model);
            foreach (var s in _shards) s.State.Cut(_epoch);
            for (int i = 0; i < _shards.Count; i++)
            {
                bool full = _chains[i].Count == 0 || _random.Next(4) == 0;
                var part = new ArrayBufferWriter<byte>();
                while (_shards[i].State.WritePart(part, full)) if (_random.Next(2) == 0) Write();
                if (full) _chains[i].Clear();
                _chains[i].Add(part.WrittenSpan.ToArray());
                if (_random.Next(2) == 0) Write();
            }

            if (!restore) return;
            foreach (var s in _shards) s.State.Dispose();
            _shards.Clear();
            int shards = _random.Next(1, 4);
            for (int i = 0; i < shards; i++) _shards.Add(Open(KeyGroups.RangeOf(i, shards)));
            _chains = [.. _shards.Select(_ => new List<byte[]>())];
            _model.Clear();
            foreach (var (k, v) in saved) _model.Add(k, v);
            Check();
        }

        private (ShardState, ValueTable, KeyGroupRange) Open(KeyGroupRange range)
        {
            var state = new ShardState();
            foreach (var chain in _chains) foreach (byte[] part in chain) state.Read(part, range);
            return (state, state.Of("op").Value(Spec(_keys)), range);
        }

        private static unsafe (long, int) Read(nint r, RecordLayout l) => (*(long*)(r + l.ValueOffsets[0]), *(int*)(r + l.ValueOffsets[1]));

        public static unsafe long ReadSum(nint r, RecordLayout l) => *(long*)(r + l.ValueOffsets[0]);

        public static unsafe void Write(nint r, RecordLayout l, long sum, int n = 0)
        {
            *(long*)(r + l.ValueOffsets[0]) = sum;
            *(int*)(r + l.ValueOffsets[1]) = n;
        }
    }
}
