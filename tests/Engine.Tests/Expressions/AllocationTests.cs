using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Plan;
using Xunit;

namespace OrleansStream.Engine.Tests.Expressions;

/// <summary>After the first batches, evaluating allocates nothing; texts that are produced cost their buffers and no more.</summary>
public class AllocationTests
{
    private static readonly Schema Input = Schema.Of(("l", SqlType.BigInt), ("s", SqlType.String), ("n", SqlType.Decimal(23, 3)), ("ts", SqlType.Timestamp(3)), ("d", SqlType.Double));

    private static ColumnExpr Col(int i) => new(i, Input[i].Type);

    private static LiteralExpr Lit(string value, SqlType type) => new(value, type.NotNull);

    private static Expr Call(string name, params ImmutableArray<Expr> arguments) => ExpressionTests.Call(name, arguments);

    public static TheoryData<string> Names => [.. Cases.Keys];

    private static readonly Dictionary<string, Expr> Cases = new()
    {
        ["arithmetic"] = Call("+", Call("*", Col(0), Lit("3", SqlType.BigInt)), Col(0)),
        ["decimal"] = Call("*", Col(2), Lit("0.908", SqlType.Decimal(3, 3))),
        ["comparison chain"] = Call("AND", Call(">", Col(0), Lit("10", SqlType.BigInt)), Call("OR", Call("=", Col(1), Lit("b", SqlType.String)), Call("<", Col(4), Lit("1.0", SqlType.Double)))),
        ["case"] = Call("CASE", Call(">", Col(0), Lit("10", SqlType.BigInt)), Col(1), Call("IS NULL", Col(2)), Lit("none", SqlType.String), Lit("a constant longer than a view", SqlType.String)),
        ["coalesce"] = Call("COALESCE", Col(0), Lit("0", SqlType.BigInt)),
        ["like"] = Call("LIKE", Col(1), Lit("%text%", SqlType.String)),
        ["substring"] = Call("SUBSTRING", Col(1), Lit("1", SqlType.Int), Lit("5", SqlType.Int)),
        ["extract"] = Call("EXTRACT", Lit("HOUR", SqlType.Char(4)), Col(3)),
        ["interval"] = Call("+", Col(3), Lit("+0 00:00:10.000", new SqlType(TypeKind.IntervalDayTime))),
        ["in"] = Call("IN", Col(0), Lit("1", SqlType.BigInt), Lit("2", SqlType.BigInt), Lit("3", SqlType.BigInt), Lit("4", SqlType.BigInt)),
        ["mod"] = Call("=", Call("%", Col(0), Lit("7", SqlType.BigInt)), Lit("0", SqlType.BigInt)),
        ["cast to short text"] = new CastExpr(Col(0), SqlType.String),
        ["double text"] = new CastExpr(Call("ROUND", Col(4), Lit("2", SqlType.Int)), SqlType.String),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void A_thousand_batches_allocate_nothing(string name)
    {
        var rows = Enumerable.Range(0, Batch.MaxRows).Select(i => i % 7 == 0
            ? new string?[] { null, null, null, null, null }
            : [$"{i % 100}", i % 3 == 0 ? "b" : $"a text longer than a view {i % 5}", $"{i % 1000}.500", "2024-02-03 04:05:06.789", $"{i % 50}.25"]);
        var batch = Rowset.Of(Input, [.. rows]);
        var evaluator = Evaluator.Bind(Cases[name], Input, Rowset.Context);
        var predicate = Cases[name].Type.Kind == TypeKind.Boolean ? Predicate.Bind(Cases[name], Input, Rowset.Context) : null;
        var kept = new Selection();
        for (int i = 0; i < 10; i++) Step();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) Step();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Step()
        {
            evaluator.Evaluate(batch);
            predicate?.Filter(batch, kept);
        }
    }

    [Fact]
    public void Long_texts_cost_their_bytes()
    {
        var batch = Rowset.Of(Input, [.. Enumerable.Range(0, Batch.MaxRows).Select(i => new string?[] { "1", "a text longer than a view", "1", null, null })]);
        var evaluator = Evaluator.Bind(Call("UPPER", Col(1)), Input, Rowset.Context);
        for (int i = 0; i < 10; i++) evaluator.Evaluate(batch);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++) evaluator.Evaluate(batch);
        long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        long produced = 100L * Batch.MaxRows * 25;
        Assert.InRange(bytes, produced * 9 / 10, produced * 11 / 10);
    }
}
