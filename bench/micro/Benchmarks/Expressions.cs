using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Connectors.Nexmark;
using OrleansStream.Engine.Connect;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Functions;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Bench.Benchmarks;

[Benchmark("expressions", "Scalar expressions over generated bids in memory. The result is consumed by a sum: of numbers, of bytes of text, of rows that are TRUE.")]
internal sealed class Expressions : Benchmark
{
    private const string Text = "sum(strlen(x))";
    private const string Number = "sum(x)";
    private const string Flag = "count(*) FILTER (x)";

    private static readonly Schema Bid = Schema.Of(
        ("auction", SqlType.BigInt), ("bidder", SqlType.BigInt), ("price", SqlType.BigInt), ("channel", SqlType.String), ("url", SqlType.String), ("dateTime", SqlType.Timestamp(3)));

    private static readonly ColumnExpr Auction = Column(0), Bidder = Column(1), Price = Column(2), Channel = Column(3), Url = Column(4), Time = Column(5);

    // SQL for DuckDB, how its result is consumed, and the bound expression.
    private static readonly (string Sql, string Fold, Expr Expr)[] Cases =
    [
        ("auction + bidder * 2 - price", Number, Call("-", Call("+", Auction, Call("*", Bidder, Long(2))), Price)),
        ("price * 0.908::DECIMAL(4,3)", Number, Call("*", Price, new LiteralExpr("0.908", SqlType.Decimal(4, 3).NotNull))),
        ("auction % 123 = 0", Flag, Call("=", Call("MOD", Auction, Long(123)), Long(0))),
        ("price >= 1000 AND price <= 100000", Flag, Call("AND", Call(">=", Price, Long(1000)), Call("<=", Price, Long(100_000)))),
        ("channel = 'Google'", Flag, Call("=", Channel, String("Google"))),
        ("CASE WHEN price < 10000 THEN 'low' WHEN price < 1000000 THEN 'middle' ELSE 'high' END", Text,
            Call("CASE", Call("<", Price, Long(10_000)), String("low"), Call("<", Price, Long(1_000_000)), String("middle"), String("high"))),
        ("upper(channel)", Text, Call("UPPER", Channel)),
        ("CAST(auction AS VARCHAR)", Text, new CastExpr(Auction, SqlType.String)),
        ("url LIKE '%item%page%'", Flag, Call("LIKE", Url, String("%item%page%"))),
        ("substring(url, 9, 12)", Text, Call("SUBSTRING", Url, Int(9), Int(12))),
        ("hour(\"dateTime\")", Number, Call("EXTRACT", String("HOUR"), Time)),
        ("\"dateTime\" + INTERVAL 10 SECOND > TIMESTAMP '2020-09-13 12:26:50'", Flag,
            Call(">", Call("+", Time, new LiteralExpr("+0 00:00:10.000", new SqlType(TypeKind.IntervalDayTime, false))), new LiteralExpr("2020-09-13 12:26:50.000", SqlType.Timestamp(3).NotNull))),
        ("bidder IN (1001, 1007, 1020, 1021, 1100, 1200)", Flag, Call("IN", Bidder, Long(1001), Long(1007), Long(1020), Long(1021), Long(1100), Long(1200))),
        ("COALESCE(NULLIF(channel, 'Apple'), 'none')", Text, Call("COALESCE", Call("NULLIF", Channel, String("Apple")), String("none"))),
    ];

    public override IEnumerable<Group> Groups(long rows)
    {
        if (rows == 0) rows = 2_000_000;
        var batches = Make(rows);
        using var duck = new Duck();
        duck.Load("bids", Bid, batches);
        foreach (var (sql, fold, expr) in Cases)
        {
            var evaluator = Evaluator.Bind(expr, Bid, EvaluationContext.At(0));
            yield return new Group(
                $"`{sql}`", rows,
                new Contestant("Evaluator", () => $"{batches.Aggregate(default(Int128), (sum, b) => sum + Sum(evaluator.Evaluate(b), b.Length))}"),
                new Contestant("DuckDB", () => duck.Query($"SELECT {fold} FROM (SELECT {sql} AS x FROM bids)").Replace(".", "", StringComparison.Ordinal)));
        }
    }

    private static ColumnExpr Column(int c) => new(c, Bid[c].Type);

    private static LiteralExpr Long(long value) => new($"{value}", SqlType.BigInt.NotNull);

    private static LiteralExpr Int(int value) => new($"{value}", SqlType.Int.NotNull);

    private static LiteralExpr String(string value) => new(value, SqlType.Char(value.Length).NotNull);

    // As the front end makes calls: argument types resolved by the catalog, with every cast explicit.
    private static CallExpr Call(string name, params ImmutableArray<Expr> arguments)
    {
        var call = FunctionCatalog.Scalars[name].Resolve(arguments) ?? throw new InvalidOperationException($"{name}({string.Join(", ", arguments.Select(a => a.Type))})");
        return new CallExpr(name, [.. arguments.Select((a, i) => a.Type == call.Arguments[i] ? a : new CastExpr(a, call.Arguments[i]))], call.Result);
    }

    private static List<Batch> Make(long rows)
    {
        var table = new NexmarkTable(new NexmarkGen(42, Bids.Base, 100_000), NexmarkShape.Bids, rows, 0, 1);
        var reader = new NexmarkReader(table, Bid);
        reader.OpenAsync(table.Split(0), SplitPosition.Start, default).AsTask().Wait();
        var builder = new BatchBuilder(Bid);
        var batches = new List<Batch>();
        while (!reader.Ended)
        {
            reader.Fill(builder, Batch.MaxRows, 0);
            batches.Add(builder.Build());
        }
        return batches;
    }

    private static Int128 Sum(Column column, int rows)
    {
        Int128 sum = 0;
        switch (column)
        {
            case FixedColumn<long> c: foreach (long v in c.Values[..rows]) sum += v; break;
            case FixedColumn<Int128> c: foreach (var v in c.Values[..rows]) sum += v; break;
            case FixedColumn<byte> c: foreach (byte v in c.Values[..rows]) sum += v; break;
            case TextColumn c: for (int r = 0; r < rows; r++) sum += c[r].Length; break;
            default: throw new InvalidOperationException($"{column.Type}");
        }
        return sum;
    }
}
