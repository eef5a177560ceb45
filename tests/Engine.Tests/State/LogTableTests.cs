using System.Buffers;
using CsCheck;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;
using Xunit;

namespace OrleansStream.Engine.Tests.State;

/// <summary>Log tables against lists of rows, with panes dropped, cuts, and restores into one to three shards.</summary>
public class LogTableTests
{
    private static readonly Schema Row = Schema.Of(("k", SqlType.BigInt), ("t", SqlType.Char(6).NotNull), ("s", SqlType.String), ("d", SqlType.Double));
    private static readonly int[] Key = [0, 1];
    private static readonly int[] Rest = [2, 3];
    private static readonly StateSpec Spec = new("log", 1, StateKind.Log, Row.Select(Key), null, Row.Select(Rest), Ttl.None);

    private sealed record Shard(ShardState State, LogPanes Panes, KeyGroupRange Range);

    [Fact]
    public void Equals_lists_over_cuts_and_restores() => Gen.Select(Gen.Int, Gen.Int[1, 10]).Sample((seed, steps) =>
    {
        var random = new Random(seed);
        var model = new Dictionary<long, List<string>>();
        var shards = new List<Shard> { Open([], KeyGroupRange.All) };
        var chains = new List<List<byte[]>> { new() };
        for (int step = 0; step < steps; step++)
        {
            Change(random, shards, model);
            if (random.Next(3) == 0) Check(shards, model);
            if (random.Next(3) != 0) continue;
            var saved = model.ToDictionary(m => m.Key, m => m.Value.ToList());
            for (int i = 0; i < shards.Count; i++)
            {
                bool full = chains[i].Count == 0 || random.Next(3) == 0;
                shards[i].State.Cut(step);

                // What is written after the cut is in no part of it.
                if (i == 0) Change(random, [shards[0]], []);
                var part = new ArrayBufferWriter<byte>();
                while (shards[i].State.WritePart(part, full))
                {
                }

                if (full) chains[i].Clear();
                chains[i].Add(part.WrittenSpan.ToArray());
            }

            model = saved;
            if (random.Next(2) == 0)
            {
                foreach (var s in shards) s.State.Dispose();
                int count = random.Next(1, 4);
                shards = [.. Enumerable.Range(0, count).Select(i => Open(chains.SelectMany(c => c), KeyGroups.RangeOf(i, count)))];
                chains = [.. shards.Select(_ => new List<byte[]>())];
            }
            else
            {
                // The same shards from their own chains, which go on with deltas.
                for (int i = 0; i < shards.Count; i++)
                {
                    shards[i].State.Dispose();
                    shards[i] = Open(chains[i], shards[i].Range);
                }
            }
        }

        Check(shards, model);
        foreach (var s in shards) s.State.Dispose();
    }, iter: 25, threads: 2);

    [Fact]
    public void A_mark_is_in_memory_only()
    {
        var shard = Open([], KeyGroupRange.All);
        var batch = new Keys(Row, new Random(1), 50).Batch(100);
        shard.Panes[0].Append(batch, Key, Rest, Keys.All(100), Hashes(batch));
        Span<nint> found = new nint[100];
        shard.Panes[0].First(batch, Key, Keys.All(100), Hashes(batch), found);
        shard.Panes[0].Mark(found[0]);
        Assert.True(shard.Panes[0].IsMarked(found[0]));
        Check([shard], new() { [0] = [.. Keys.All(100).Select(r => Keys.Text(batch, r))] });
        shard.State.Dispose();
    }

    private static Shard Open(IEnumerable<byte[]> parts, KeyGroupRange range)
    {
        var state = new ShardState();
        foreach (byte[] p in parts) state.Read(p, range);
        return new Shard(state, state.Of("op").Logs(Spec), range);
    }

    // Appends rows to one of three panes, or drops one.
    private static void Change(Random random, List<Shard> shards, Dictionary<long, List<string>> model)
    {
        long pane = random.Next(3);
        bool drop = random.Next(5) == 0;
        var batch = new Keys(Row, random, 200).Batch(random.Next(1, 400));
        if (drop) model.Remove(pane);
        foreach (var s in shards)
        {
            if (drop)
            {
                s.Panes.Drop(pane);
                continue;
            }

            var rows = RowsOf(batch, s.Range);
            if (rows.Length == 0) continue;
            s.Panes[pane].Append(batch, Key, Rest, rows, Hashes(batch));
            if (!model.TryGetValue(pane, out var list)) model.Add(pane, list = []);
            list.AddRange(rows.Select(r => Keys.Text(batch, r)));
        }
    }

    // By Scan all rows are there; by First and Next those of a key, the last one first; so they are when the keys are another table's.
    private static void Check(List<Shard> shards, Dictionary<long, List<string>> model)
    {
        var all = shards.SelectMany(s => s.Panes.Open.SelectMany(p => Texts(s.Panes.Find(p)!, Scanned(s.Panes.Find(p)!)).Select(t => (Pane: p, Text: t)))).ToList();
        Assert.Equal(model.SelectMany(m => m.Value.Select(t => (m.Key, t))).Order(), all.Select(a => (a.Pane, a.Text)).Order());
        var batch = new Keys(Row, new Random(0), 200).Batch(300);
        foreach (var s in shards)
        {
            foreach (long pane in s.Panes.Open)
            {
                var table = s.Panes.Find(pane)!;
                var rows = RowsOf(batch, s.Range);
                var found = new nint[rows.Length];
                table.First(batch, Key, rows, Hashes(batch), found);
                var ofKey = all.Where(a => a.Pane == pane).ToLookup(a => KeyText(a.Text), a => a.Text);
                for (int i = 0; i < rows.Length; i++) Chain(table, found[i], ofKey[KeyText(Keys.Text(batch, rows[i]))]);
                var scanned = Scanned(table);
                found = new nint[scanned.Count];
                table.First(table, scanned.ToArray(), found);
                var texts = Texts(table, scanned);
                for (int i = 0; i < found.Length; i++)
                {
                    string key = KeyText(texts[i]);
                    if (key.Contains("NULL", StringComparison.Ordinal)) Assert.Equal(0, found[i]);
                    else if (i < 200) Chain(table, found[i], ofKey[key]);
                }
            }
        }
    }

    private static void Chain(LogTable table, nint first, IEnumerable<string> expected)
    {
        var chain = new List<nint>();
        for (nint r = first; r != 0; r = table.Next(r)) chain.Add(r);
        Assert.Equal(expected.Order(), Texts(table, chain).Order());
    }

    private static List<nint> Scanned(LogTable table)
    {
        var records = new List<nint>();
        var block = new nint[100];
        long cursor = 0;
        for (int n = table.Scan(ref cursor, block); n > 0; n = table.Scan(ref cursor, block)) records.AddRange(block[..n]);
        Assert.Equal(table.Count, records.Count);
        return records;
    }

    private static List<string> Texts(LogTable table, List<nint> records)
    {
        var to = new BatchBuilder(Row);
        table.CopyKeys(records.ToArray(), to, 0);
        table.CopyValues(records.ToArray(), to, 2);
        to.Advance(records.Count);
        var batch = to.Borrow();
        return [.. Keys.All(batch.Length).Select(r => Keys.Text(batch, r))];
    }

    private static string KeyText(string row) => string.Join(' ', row.Split(' ').Take(2));

    private static int[] RowsOf(Batch batch, KeyGroupRange range)
    {
        var hashes = Hashes(batch);
        return [.. Keys.All(batch.Length).Where(r => range.Contains(KeyGroups.Of(hashes[r])))];
    }

    private static ulong[] Hashes(Batch batch)
    {
        var hashes = new ulong[batch.Length];
        RowHash.Hash(batch, Key, hashes);
        return hashes;
    }
}
