using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Engine.Tests.Flow;

public class PartitionTests
{
    private static readonly Schema Orders = Schema.Of(("user", SqlType.String), ("n", SqlType.BigInt));

    [Theory, InlineData(ExchangeKind.Hash), InlineData(ExchangeKind.Single), InlineData(ExchangeKind.Broadcast), InlineData(ExchangeKind.Rebalance)]
    public void Each_shard_sees_its_rows_in_order_each_behind_the_mark_in_force(ExchangeKind kind)
    {
        for (int seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            int shards = 1 + random.Next(5);
            var link = new Collect();
            var partition = New(kind, shards, link, frameBytes: 1 << random.Next(10, 20));
            var expected = Enumerable.Range(0, shards).Select(_ => new List<(string Row, long Mark)>()).ToArray();
            long inForce = long.MinValue;
            for (int b = 0; b < 20; b++)
            {
                var batch = RandomBatch(random, b);
                partition.Append(batch);
                int at = 0;
                var hashes = new ulong[batch.Length];
                RowHash.Hash(batch, [0], hashes);
                string[] texts = [.. Rows.Text(batch)];
                for (int i = 0; i < batch.Count; i++)
                {
                    int row = batch.Selection is { } s ? s.Rows[i] : i;
                    while (batch.Marks is { } m && at < m.Count && m.Rows[at] <= row) inForce = Math.Max(inForce, m.Watermarks[at++]);
                    foreach (int to in To(kind, hashes[row], b, shards)) expected[to].Add((texts[i], inForce));
                }

                inForce = Math.Max(inForce, batch.Marks?.Last ?? long.MinValue);
            }

            partition.Barrier(9);
            for (int shard = 0; shard < shards; shard++)
            {
                Assert.Equal(expected[shard], link.RowsOf(shard));
                Assert.Equal(inForce, link.LastMark(shard));
                Assert.Equal(new Control(0, ControlKind.Barrier, 9) with { Row = link.Parts[shard][^1].Rows?.Length ?? 0 }, link.Parts[shard][^1].Controls[^1]);
            }

            Assert.All(link.Parts.SelectMany(p => p.Value), p => Assert.InRange(p.Rows?.Length ?? 0, 0, Partition.MaxRows));
        }
    }

    [Fact]
    public void Marks_without_a_row_of_the_shard_between_them_are_one()
    {
        var link = new Collect();
        var partition = New(ExchangeKind.Single, 2, link, 1 << 20);
        for (int i = 1; i <= 1000; i++) partition.Watermark(i);
        partition.Barrier(1);
        Assert.All(link.Parts.Values, p => Assert.Equal([new Control(0, ControlKind.Watermark, 1000), new Control(0, ControlKind.Barrier, 1)], p.Single().Controls));
    }

    [Fact]
    public void The_hash_of_a_text_key_travels()
    {
        var link = new Collect();
        var partition = New(ExchangeKind.Hash, 3, link, 1 << 20);
        var batch = RandomBatch(new Random(1), 0);
        partition.Append(batch);
        partition.End();
        foreach (var rows in link.Parts.Values.SelectMany(p => p).Select(p => p.Rows).OfType<Batch>())
        {
            var hashes = new ulong[rows.Length];
            RowHash.Hash(rows, [0], hashes);
            Assert.Equal(hashes, rows.Hashes.ToArray());
        }

        Assert.False(batch.HasHashes);
    }

    [Fact]
    public void Nothing_follows_the_end()
    {
        var link = new Collect();
        var partition = New(ExchangeKind.Hash, 2, link, 1 << 20);
        partition.End();
        partition.Barrier(3);
        partition.Watermark(5);
        partition.Idle(true);
        partition.End();
        partition.Close();
        Assert.All(link.Parts.Values, p => Assert.Equal([new Control(0, ControlKind.End, 0)], Assert.Single(p).Controls));
    }

    private static Partition New(ExchangeKind kind, int shards, Collect link, long frameBytes) => new(
        new Exchange(0, 0, -1, 1, 0, kind, kind == ExchangeKind.Hash ? [0] : [], Orders, false), [.. Enumerable.Repeat("s", shards)], _ => link, 0, frameBytes);

    private static IEnumerable<int> To(ExchangeKind kind, ulong hash, int batches, int shards) => kind switch
    {
        ExchangeKind.Hash => [KeyGroups.ShardOf(hash, shards)],
        ExchangeKind.Broadcast => Enumerable.Range(0, shards),
        ExchangeKind.Rebalance => [batches % shards],
        _ => [0],
    };

    private static Batch RandomBatch(Random random, int number)
    {
        int rows = 1 + random.Next(random.Next(4) == 0 ? Batch.MaxRows : 40);
        var batch = Rows.Batch(Orders, [.. Enumerable.Range(0, rows).Select(i => new object?[] { random.Next(9) == 0 ? null : $"user number {random.Next(30)}", (number * 10_000L) + i })]);
        if (random.Next(2) == 0)
        {
            batch.Marks = new Marks();
            for (int r = 0; r <= rows; r++) if (random.Next(3) == 0) batch.Marks.Add(r, (number * 10_000L) + r + random.Next(5));
        }

        if (random.Next(2) == 0)
        {
            var keep = Enumerable.Range(0, rows).Where(_ => random.Next(3) > 0).DefaultIfEmpty(0).ToArray();
            batch.Selection = new Selection();
            keep.CopyTo(batch.Selection.Writable(keep.Length));
            batch.Selection.SetCount(keep.Length);
        }

        return batch;
    }

    private sealed class Collect : FrameSender
    {
        public SortedDictionary<int, List<SubBatch>> Parts { get; } = [];

        public override bool Backlog => false;

        public override string Silo => "s";

        public override void Send(ImmutableArray<SubBatch> parts, long bytes)
        {
            foreach (var p in parts)
            {
                if (!Parts.TryGetValue(p.Shard, out var list)) Parts.Add(p.Shard, list = []);
                list.Add(p);
            }
        }

        public long LastMark(int shard) => Parts[shard].SelectMany(p => p.Controls).Where(c => c.Kind == ControlKind.Watermark).Select(c => c.Value).DefaultIfEmpty(long.MinValue).Max();

        // Every row of the shard with the watermark in force before it.
        public List<(string Row, long Mark)> RowsOf(int shard)
        {
            var rows = new List<(string, long)>();
            long mark = long.MinValue;
            foreach (var part in Parts[shard])
            {
                string[] texts = part.Rows is null ? [] : [.. Rows.Text(part.Rows)];
                for (int r = 0, c = 0; r <= texts.Length; r++)
                {
                    for (; c < part.Controls.Length && part.Controls[c].Row == r; c++)
                    {
                        if (part.Controls[c].Kind != ControlKind.Watermark) continue;
                        Assert.True(part.Controls[c].Value > mark);
                        mark = part.Controls[c].Value;
                    }

                    if (r < texts.Length) rows.Add((texts[r], mark));
                }
            }

            return rows;
        }
    }
}
