using System.Collections.Immutable;
using CsCheck;
using OrleansStream.Columns;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using Xunit;

namespace OrleansStream.Engine.Tests.Plan;

public class PlanJsonTests
{
    private static readonly Gen<SqlType> Types = Gen.OneOf(
        Gen.OneOf(new[] { SqlType.Boolean, SqlType.TinyInt, SqlType.Int, SqlType.BigInt, SqlType.Double, SqlType.String, SqlType.Bytes, SqlType.Date, SqlType.Timestamp(3), SqlType.TimestampLtz(9) }.Select(Gen.Const).ToArray()),
        Gen.Int[1, 38].Select(p => SqlType.Decimal(p, p / 2)),
        Gen.Int[1, 100].Select(n => SqlType.Char(n).NotNull),
        Gen.Const(SqlType.Array(SqlType.Row(new Field("a b`c", SqlType.Int), new Field("d", SqlType.Map(SqlType.String, SqlType.Double.NotNull))))));

    private static readonly Gen<Expr> Exprs = Gen.Recursive<Expr>((depth, self) => depth >= 3
        ? Gen.OneOf<Expr>(
            Gen.Select(Gen.Int[0, 9], Types, Expr (i, t) => new ColumnExpr(i, t)),
            Gen.Select(Gen.String, Types, Expr (v, t) => new LiteralExpr(v, t)),
            Types.Select(Expr (t) => new LiteralExpr(null, t)))
        : Gen.OneOf<Expr>(
            Gen.Select(self.Array[0, 3], Types, Expr (a, t) => new CallExpr("COALESCE", [.. a], t)),
            Gen.Select(self, Types, Gen.Bool, Expr (a, t, b) => new CastExpr(a, t, b)),
            self.Select(Expr (a) => new FieldExpr(new CastExpr(a, SqlType.Row(new Field("x", SqlType.Int))), 0, SqlType.Int)),
            Gen.Select(Gen.Int[0, 9], Types, Expr (i, t) => new ColumnExpr(i, t))));

    private static readonly Gen<Schema> Schemas = Gen.Select(Gen.String[Gen.Char.AlphaNumeric, 1, 5], Types, (n, t) => new Field(n, t)).Array[0, 4].Select(f => new Schema([.. f]));

    private static readonly Gen<Engine.Plan.Plan> Plans = Gen.Select(Schemas, Exprs.Array[0, 3], Gen.Dictionary(Gen.String, Gen.String)[0, 3]).Select((schema, exprs, options) =>
    {
        var table = new TableRef("t", "nexmark", options.ToImmutableSortedDictionary(), schema, [0], []);
        var source = new SourceInput(table, [0, 2], [.. exprs], exprs.Length > 0 ? new WatermarkSpec(1, exprs[0], 200) : null, "uid", schema);
        var sink = new NodePlan(0, "a1", new SinkSpec(table, true, [1]), [NodeInput.FromStageInput(0)]);
        return new Engine.Plan.Plan(
            Engine.Plan.Plan.CurrentFormat,
            [new StagePlan(0, "source → sink", 2, [source, new ExchangeInput(0, schema)], [sink])],
            [new Exchange(0, 0, -1, 0, 1, ExchangeKind.Hash, [0], schema, true)],
            options.ToImmutableSortedDictionary());
    });

    [Fact]
    public void A_plan_read_back_equals_the_plan_written() => Plans.Sample(plan =>
    {
        string text = PlanJson.Write(plan);
        var back = PlanJson.Read(text);
        Assert.Equal(text, PlanJson.Write(back));
        var (a, b) = ((SourceInput)plan.Stages[0].Inputs[0], (SourceInput)back.Stages[0].Inputs[0]);
        Assert.Equal(a.Schema, b.Schema);
        Assert.True(a.Computed.AsSpan().SequenceEqual(b.Computed.AsSpan()), text);
        Assert.Equal(a.Watermark, b.Watermark);
        Assert.Equal(a.Table.Options, b.Table.Options);
        Assert.Equal(plan.Stages[0].Nodes[0].Spec.Output, back.Stages[0].Nodes[0].Spec.Output);
        Assert.Equal(plan.Stages[0].Nodes[0].Inputs[0], back.Stages[0].Nodes[0].Inputs[0]);
        Assert.Equal(plan.Exchanges[0] with { Keys = back.Exchanges[0].Keys }, back.Exchanges[0]);
    }, iter: 300);

    [Theory]
    [InlineData("\"op\": \"sink\"", "\"op\": \"no_such_operator\"", "no_such_operator")]
    [InlineData("\"format\": 1", "\"format\": 9", "format 9")]
    [InlineData("\"changelog\": true", "\"changelogs\": true", "changelogs")]
    [InlineData("\"kind\": \"exchange\"", "\"kind\": \"carrier pigeon\"", "carrier pigeon")]
    public void What_it_does_not_know_is_refused_by_name(string from, string to, string named)
    {
        string text = PlanJson.Write(Plans.Single());
        var e = Assert.Throws<InvalidDataException>(() => PlanJson.Read(text.Replace(from, to, StringComparison.Ordinal)));
        Assert.Contains(named, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"format\":1}")]
    public void Not_a_plan_is_refused(string text) => Assert.Throws<InvalidDataException>(() => PlanJson.Read(text));
}
