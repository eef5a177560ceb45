using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Functions;
using OrleansStream.Engine.Plan;
using Xunit;

namespace OrleansStream.Engine.Tests.Expressions;

public class ExpressionTests
{
    private static readonly Schema Input = Schema.Of(("a", SqlType.Int), ("b", SqlType.BigInt), ("t", SqlType.String), ("d", SqlType.Decimal(10, 2)));

    private static LiteralExpr Int(int v) => new($"{v}", SqlType.Int.NotNull);

    private static ColumnExpr Col(int i) => new(i, Input[i].Type);

    /// <summary>A call with the types that the catalog resolves.</summary>
    internal static Expr Call(string name, params ImmutableArray<Expr> arguments)
    {
        var resolved = FunctionCatalog.Scalars[name].Resolve(arguments) ?? throw new InvalidDataException($"no {name}({string.Join(", ", arguments.Select(a => a.Type))})");
        return new CallExpr(resolved.Name, [.. arguments.Select((a, i) => Casting.Same(a.Type, resolved.Arguments[i]) ? a : new CastExpr(a, resolved.Arguments[i]))], resolved.Result);
    }

    private static string?[] Run(Expr e, params string?[][] rows)
    {
        var batch = Rowset.Of(Input, rows);
        var column = Evaluator.Bind(e, Input, Rowset.Context).Evaluate(batch);
        return Rowset.Texts(column, [.. Enumerable.Range(0, rows.Length)]);
    }

    [Fact]
    public void Arithmetic_and_nulls() =>
        Assert.Equal(["3", null, "-2147483648"], Run(Call("+", Col(0), Int(1)), ["2", "1", "x", "1"], [null, "1", "x", "1"], ["2147483647", "1", "x", "1"]));

    [Fact]
    public void A_branch_of_case_fails_only_on_its_own_rows()
    {
        var safe = Call("CASE", Call("<>", Col(0), Int(0)), Call("/", Int(10), Col(0)), Int(-1));
        Assert.Equal(["5", "-1", "-1"], Run(safe, ["2", "1", "x", "1"], ["0", "1", "x", "1"], [null, "1", "x", "1"]));
        Assert.Throws<EvaluationException>(() => Run(Call("/", Int(10), Col(0)), ["0", "1", "x", "1"]));
    }

    [Fact]
    public void A_conjunction_guards_its_right_side()
    {
        var batch = Rowset.Of(Input, ["2", "1", "x", "1"], ["0", "1", "x", "1"], ["1", "1", "x", "1"], [null, "1", "x", "1"]);
        var predicate = Predicate.Bind(Call("AND", Call("<>", Col(0), Int(0)), Call(">", Call("/", Int(10), Col(0)), Int(5))), Input, Rowset.Context);
        var kept = new Selection();
        predicate.Filter(batch, kept);
        Assert.Equal([2], kept.Rows.ToArray());
    }

    [Theory]
    [InlineData("+", "1.50", "DECIMAL(3, 2)", "2.255", "DECIMAL(4, 3)", "3.755")]
    [InlineData("*", "1.50", "DECIMAL(3, 2)", "-2.255", "DECIMAL(4, 3)", "-3.38250")]
    [InlineData("/", "1", "DECIMAL(2, 0)", "3", "DECIMAL(2, 0)", "0.333333")]
    [InlineData("/", "2.00", "DECIMAL(10, 2)", "3.00", "DECIMAL(10, 2)", "0.6666666666667")]
    [InlineData("*", "99999999999999999999999999999999999999", "DECIMAL(38, 0)", "10", "DECIMAL(2, 0)", null)]
    [InlineData("%", "7.5", "DECIMAL(2, 1)", "-2.00", "DECIMAL(3, 2)", "1.50")]
    public void Decimals(string op, string x, string tx, string y, string ty, string? expected) =>
        Assert.Equal(expected, Rowset.Evaluate(Call(op, new LiteralExpr(x, SqlTypeText.Parse(tx)), new LiteralExpr(y, SqlTypeText.Parse(ty)))));

    [Theory]
    [InlineData("123456.78", "DOUBLE", "SMALLINT", "-7616")]
    [InlineData("1.0E7", "DOUBLE", "STRING", "1.0E7")]
    [InlineData("0.001", "DOUBLE", "STRING", "0.001")]
    [InlineData("9999999.5", "DOUBLE", "STRING", "9999999.5")]
    [InlineData("1.0E-4", "DOUBLE", "STRING", "1.0E-4")]
    [InlineData("0.1", "FLOAT", "STRING", "0.1")]
    [InlineData(" 12.9 ", "STRING", "INT", "12")]
    [InlineData("12.345", "STRING", "DECIMAL(5, 2)", "12.35")]
    [InlineData("12345.6", "DECIMAL(6, 1)", "DECIMAL(5, 2)", null)]
    [InlineData("-0.05", "DECIMAL(5, 2)", "STRING", "-0.05")]
    [InlineData("abc", "STRING", "CHAR(5)", "abc  ")]
    [InlineData("abc", "STRING", "VARCHAR(2)", "ab")]
    [InlineData("Yes", "STRING", "BOOLEAN", "TRUE")]
    [InlineData("2021-9-4", "STRING", "DATE", "2021-09-04")]
    [InlineData("2021-09-04 12:34:56.123456", "TIMESTAMP(6)", "TIMESTAMP(3)", "2021-09-04 12:34:56.123")]
    [InlineData("2021-09-04 12:34:56.123", "TIMESTAMP(3)", "TIME(2)", "12:34:56.12")]
    [InlineData("1969-12-31 23:59:59.999", "TIMESTAMP(3)", "DATE", "1969-12-31")]
    [InlineData("170141183460469231731687303715884105", "DECIMAL(38, 2)", "STRING", "170141183460469231731687303715884105.00")]
    [InlineData("-3 04:05:06.789", "INTERVAL DAY TO SECOND", "STRING", "-3 04:05:06.789")]
    [InlineData("1", "INT", "DECIMAL(20, 3)", "1.000")]
    public void Casts(string value, string from, string to, string? expected) =>
        Assert.Equal(expected, Rowset.Evaluate(new CastExpr(new LiteralExpr(value, SqlTypeText.Parse(from)), SqlTypeText.Parse(to))));

    [Fact]
    public void Cast_fails_where_try_cast_is_null()
    {
        Assert.Throws<EvaluationException>(() => Rowset.Evaluate(new CastExpr(new LiteralExpr("abc", SqlType.String), SqlType.Int)));
        Assert.Null(Rowset.Evaluate(new CastExpr(new LiteralExpr("abc", SqlType.String), SqlType.Int, true)));
    }

    [Fact]
    public void Texts_are_compared_and_produced()
    {
        var e = Call("CASE", Call("=", Col(2), new LiteralExpr("a rather long text", SqlType.String)), Call("UPPER", Col(2)), Call("=", Col(2), new LiteralExpr("b", SqlType.String)), Col(2), Call("LOWER", Col(2)));
        Assert.Equal(
            ["A RATHER LONG TEXT", "b", "another rather long texß", null],
            Run(e, ["1", "1", "a rather long text", "1"], ["1", "1", "b", "1"], ["1", "1", "Another Rather Long Texß", "1"], ["1", "1", null, "1"]));
    }
}
