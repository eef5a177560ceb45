using System.Buffers;
using CsCheck;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Engine.Tests.State;

/// <summary>Map tables against a dictionary, with cuts, and restores into one to three shards.</summary>
public class MapTableTests
{
    private static readonly Schema Row = Schema.Of(("k", SqlType.BigInt), ("s", SqlType.String), ("d", SqlType.Double));
    private static readonly StateSpec Spec = new("map", 1, StateKind.Map, Row.Select([0]), Row.Select([1, 2]), Schema.Of(("n", SqlType.BigInt.NotNull)), Ttl.None);

    [Fact]
    public void Equals_a_dictionary_over_cuts_and_restores() => Gen.Select(Gen.Int, Gen.Int[1, 12]).Sample((seed, steps) =>
    {
        var random = new Random(seed);
        var model = new Dictionary<string, long>();
        var shards = new List<(ShardState State, MapTable Table, KeyGroupRange Range)> { Open([], KeyGroupRange.All) };
        var chains = new List<List<byte[]>> { new() };
        for (int step = 0; step < steps; step++)
        {
            Change(random, shards, model);
            if (random.Next(3) != 0) continue;
            var saved = new Dictionary<string, long>(model);
            for (int i = 0; i < shards.Count; i++)
            {
                bool full = chains[i].Count == 0 || random.Next(3) == 0;
                shards[i].State.Cut(step);
                if (i == 0) Change(random, [shards[0]], []);
                var part = new ArrayBufferWriter<byte>();
                while (shards[i].State.WritePart(part, full))
                {
                }

                if (full) chains[i].Clear();
                chains[i].Add(part.WrittenSpan.ToArray());
            }

            foreach (var s in shards) s.State.Dispose();
            int count = random.Next(1, 4);
            shards = [.. Enumerable.Range(0, count).Select(i => Open(chains.SelectMany(c => c), KeyGroups.RangeOf(i, count)))];
            chains = [.. shards.Select(_ => new List<byte[]>())];
            model = saved;
        }

        Check(shards, model);
        foreach (var s in shards) s.State.Dispose();
    }, iter: 100, threads: 2);

    [Fact]
    public void Texts_that_are_written_over_are_given_back()
    {
        using var state = new ShardState();
        var table = state.Of("op").Map(Spec with { SubKey = Schema.Empty, Value = Row.Select([1]) });
        long first = 0;
        for (int round = 0; round < 1000; round++)
        {
            var batch = Texts(round);
            var hashes = new ulong[batch.Length];
            RowHash.Hash(batch, [0], hashes);
            var records = new nint[batch.Length];
            table.Resolve(batch, [0], [], Keys.All(batch.Length), hashes, Access.Write, records, new ulong[Bitmap.WordsFor(batch.Length)]);
            table.WriteValues(batch, [1], Keys.All(batch.Length), records);
            if (round == 20) first = state.LiveBytes;
        }

        Assert.Equal(50, table.Count);
        Assert.True(state.LiveBytes <= 4 * first, $"{state.LiveBytes} B after {first} B");
    }

    // Fifty keys; texts are short (in the record) and long (in the heap) by turns.
    private static Batch Texts(int round) => StreamFile.Rows(Row, [.. Enumerable.Range(0, 50).Select(k => $"+I {k} {(round % 2 == 0 ? "short" : $"text-of-{k}-in-round-{round}-that-is-no-short-one")} 1.0")]);

    private static (ShardState, MapTable, KeyGroupRange) Open(IEnumerable<byte[]> parts, KeyGroupRange range)
    {
        var state = new ShardState();
        foreach (byte[] p in parts) state.Read(p, range);
        return (state, state.Of("op").Map(Spec), range);
    }

    // Adds one to some entries and removes others.
    private static unsafe void Change(Random random, List<(ShardState State, MapTable Table, KeyGroupRange Range)> shards, Dictionary<string, long> model)
    {
        var batch = new Keys(Row, random, 200).Batch(random.Next(1, 600));
        bool remove = random.Next(3) == 0;
        foreach (var (_, table, range) in shards)
        {
            var (rows, hashes) = RowsOf(batch, range);
            var records = new nint[rows.Length];
            table.Resolve(batch, [0], [1, 2], rows, hashes, remove ? Access.Read : Access.Write, records, new ulong[Bitmap.WordsFor(rows.Length)]);
            if (remove) table.Remove([.. records.Where(r => r != 0).Distinct()]);
            else foreach (nint r in records) ++*(long*)(r + table.Layout.ValueOffsets[0]);
            foreach (int r in rows)
            {
                string key = Keys.Text(batch, r);
                if (remove) model.Remove(key);
                else model[key] = model.GetValueOrDefault(key) + 1;
            }
        }
    }

    // Each key's entries, from First on by Next, are those of the model.
    private static unsafe void Check(List<(ShardState State, MapTable Table, KeyGroupRange Range)> shards, Dictionary<string, long> model)
    {
        var batch = new Keys(Row, new Random(0), 200).Batch(2000);
        var found = new Dictionary<string, long>();
        var seen = new HashSet<nint>();
        foreach (var (_, table, range) in shards)
        {
            var (rows, hashes) = RowsOf(batch, range);
            var records = new nint[rows.Length];
            table.First(batch, [0], rows, hashes, records);
            foreach (nint first in records.Distinct())
            {
                for (nint r = first; r != 0; r = table.Next(r))
                {
                    Assert.True(seen.Add(r), "an entry twice");
                    var to = new BatchBuilder(Row);
                    table.CopyKeys([r], to, 0);
                    table.CopySubKeys([r], to, 1);
                    to.Advance(1);
                    found.Add(Keys.Text(to.Borrow(), 0), *(long*)(r + table.Layout.ValueOffsets[0]));
                }
            }
        }

        Assert.Equal(model.OrderBy(m => m.Key), found.OrderBy(m => m.Key));
        Assert.Equal(model.Count, shards.Sum(s => s.Table.Count));
    }

    private static (int[] Rows, ulong[] Hashes) RowsOf(Batch batch, KeyGroupRange range)
    {
        var hashes = new ulong[batch.Length];
        RowHash.Hash(batch, [0], hashes);
        return ([.. Keys.All(batch.Length).Where(r => range.Contains(KeyGroups.Of(hashes[r])))], hashes);
    }
}
