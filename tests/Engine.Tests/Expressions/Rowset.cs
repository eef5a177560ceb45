using System.Text;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Tests.Expressions;

/// <summary>Batches from and to the texts that CAST AS STRING gives.</summary>
internal static class Rowset
{
    public static EvaluationContext Context { get; } = EvaluationContext.At(1_700_000_000_000);

    /// <summary>A batch of one row per array; null = NULL.</summary>
    public static Batch Of(Schema schema, params string?[][] rows)
    {
        var builder = new BatchBuilder(schema);
        for (int c = 0; c < schema.Count; c++) foreach (var row in rows) builder.Columns[c].Gather(Value(row[c], schema[c].Type), [0]);
        builder.Advance(rows.Length);
        return builder.Build();
    }

    public static Column Value(string? text, SqlType type)
    {
        var e = Evaluator.Bind(new LiteralExpr(text, type), Schema.Empty, Context);
        return e.Evaluate(new Batch(Schema.Empty, []) { Length = 1 });
    }

    public static string?[] Texts(Column column, ReadOnlySpan<int> rows)
    {
        var evaluator = Evaluator.Bind(new CastExpr(new ColumnExpr(0, column.Type), SqlType.String), Schema.Of(("c", column.Type)), Context);
        var text = (TextColumn)evaluator.Evaluate(new Batch(Schema.Of(("c", column.Type)), [column]) { Length = column.Length });
        var result = new string?[rows.Length];
        for (int i = 0; i < rows.Length; i++) result[i] = text.IsNull(rows[i]) ? null : column.Type.IsBinary ? "x'" + System.Convert.ToHexString(text[rows[i]]) + "'" : Encoding.UTF8.GetString(text[rows[i]]);
        return result;
    }

    /// <summary>The value of an expression without columns.</summary>
    public static string? Evaluate(Expr e, EvaluationContext? context = null)
    {
        var evaluator = Evaluator.Bind(e, Schema.Empty, context ?? Context);
        return Texts(evaluator.Evaluate(new Batch(Schema.Empty, []) { Length = 1 }), [0])[0];
    }
}
