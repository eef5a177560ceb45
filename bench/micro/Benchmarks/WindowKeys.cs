using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Bench.Benchmarks;

[Benchmark("window-keys", "TUMBLE of 10 s over bids in memory, 200,000 a second of event time, by other keys and with more aggregates than one count: the operator alone. "
    + "DuckDB's better query: over all windows, or one per window.")]
internal sealed class WindowKeys : Benchmark
{
    private const int Size = 10_000;
    private static readonly (string, SqlType) Time = ("ts", SqlType.BigInt.NotNull);
    private static readonly AggregateCall Count = new("COUNT", [], [], -1, false, SqlType.BigInt.NotNull);

    // Name, key columns, further columns, calls, the same calls for DuckDB, and how a row is written.
    private sealed record Case(string Name, (string, SqlType)[] Keys, (string, SqlType)[] More, AggregateCall[] Calls, string Sql, Action<BatchBuilder, long, int> Write);

    private static readonly Case[] Cases =
    [
        new("BIGINT, scattered", [("k", SqlType.BigInt.NotNull)], [], [Count], "count(*) AS num", (b, k, _) => b.Fixed<long>(0).Add(Mix(k))),
        new("BIGINT, a tenth NULL", [("k", SqlType.BigInt)], [], [Count], "count(*) AS num", (b, k, i) =>
        {
            if (i % 10 == 3) b.Columns[0].AppendNulls(1);
            else b.Fixed<long>(0).Add(k);
        }),
        new("STRING of 8–40 B", [("k", SqlType.String.NotNull)], [], [Count], "count(*) AS num", (b, k, _) => b.Text(0).Append(Text(k))),
        new("(BIGINT, STRING)", [("k", SqlType.BigInt.NotNull), ("s", SqlType.String.NotNull)], [], [Count], "count(*) AS num", (b, k, _) =>
        {
            b.Fixed<long>(0).Add(k / 2);
            b.Text(1).Append(Text(k));
        }),
        new("BIGINT: COUNT, SUM, AVG, MAX, COUNT FILTER", [("k", SqlType.BigInt.NotNull)], [("price", SqlType.BigInt.NotNull), ("dear", SqlType.Boolean.NotNull)],
            [
                Count, Call("SUM"), Call("AVG"), Call("MAX"), new AggregateCall("COUNT", [], [], 3, false, SqlType.BigInt.NotNull),
            ],
            "count(*) AS num, sum(price)::BIGINT, avg(price), max(price), count(*) FILTER (dear)", (b, k, i) =>
            {
                b.Fixed<long>(0).Add(k);
                b.Fixed<long>(2).Add((i * 7919L) % 10_007);
                b.Fixed<byte>(3).Add((byte)(i % 3 == 0 ? 1 : 0));
            }),
    ];

    public override IEnumerable<Group> Groups(long rows)
    {
        if (rows == 0) rows = 4_000_000;
        foreach (var c in Cases)
        {
            foreach (string name in Bids.Inputs.Skip(1))
            {
                var bids = Bids.Make(name, (int)rows);
                var schema = Schema.Of([.. c.Keys, Time, .. c.More]);
                var input = new WindowInput(schema, c.Keys.Length, bids, (b, i) => c.Write(b, bids.Auction[i], i));
                using var duck = new Duck();
                duck.Load("bid", schema, input.Batches);
                var spec = new TumbleWindowSpec(
                    Schema.Of([.. c.Keys, .. c.Calls.Select((a, i) => ($"a{i}", a.Type)), ("window_end", SqlType.Timestamp(3).NotNull)]), c.Keys.Length, Size, 0,
                    [.. Enumerable.Range(0, c.Keys.Length)], [.. c.Calls], AggregatePhase.Single, [WindowProperty.End]);
                string keys = string.Join(", ", c.Keys.Select(k => k.Item1));
                yield return new Group(
                    $"{c.Name}, {name}", rows,
                    new Contestant("tumble_window", () => input.Run(spec, c.Keys.Length)),
                    new Contestant("DuckDB", () => duck.Query($"SELECT count(*), sum(num)::BIGINT FROM (SELECT {keys}, ts // {Size} AS w, {c.Sql} FROM bid GROUP BY {keys}, w)")),
                    new Contestant("DuckDB, query per window", () => PerWindow(duck, keys, c.Sql, bids)));
            }
        }
    }

    private static string PerWindow(Duck duck, string keys, string calls, Bids bids)
    {
        long rows = 0, sum = 0;
        for (long start = Bids.Base; start <= bids.Time[^1]; start += Size)
        {
            string[] of = duck.Query($"SELECT count(*), sum(num)::BIGINT FROM (SELECT {keys}, {calls} FROM bid WHERE ts >= {start} AND ts < {start + Size} GROUP BY {keys})").Split(':');
            rows += long.Parse(of[0], null);
            sum += long.Parse(of[1], null);
        }

        return $"{rows}:{sum}";
    }

    private static AggregateCall Call(string function) => new(function, [2], [SqlType.BigInt.NotNull], -1, false, SqlType.BigInt);

    private static long Mix(long k) => (long)((ulong)k * 0x9E3779B97F4A7C15UL);

    // A key's text: 8 to 40 bytes.
    private static byte[] Text(long k) => System.Text.Encoding.ASCII.GetBytes($"{k:D8}{new string((char)('a' + (k % 26)), (int)((ulong)Mix(k) >> 59))}");
}
