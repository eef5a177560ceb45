using System.Text;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Functions;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;
using OrleansStream.Sql.Logical;

namespace OrleansStream.Sql.Rules;

/// <summary>
/// What depends on no column is computed once, here, by the engine itself. What fails stays as it is and fails when a row comes; what depends on the clock, chance or
/// the session's time zone stays too.
/// </summary>
internal static class FoldConstants
{
    public static LogicalNode Apply(LogicalNode node) => Optimizer.BottomUp(node, n => n switch
    {
        LogicalProject p => new LogicalProject(p.From, [.. p.Items.Select(Fold)], p.Columns),
        LogicalFilter f => Filter(f.From, Fold(f.Condition)),
        _ => n,
    });

    private static LogicalNode Filter(LogicalNode input, Expr condition)
    {
        IEnumerable<Expr> kept = ExprTree.Conjuncts(condition).Where(c => c is not LiteralExpr { Value: "TRUE" });
        return ExprTree.And(kept) is { } all ? new LogicalFilter(input, all) : input;
    }

    private static Expr Fold(Expr e)
    {
        if (IsConstant(e)) return Evaluate(e) ?? e;
        return e switch
        {
            CallExpr c => c with { Arguments = [.. c.Arguments.Select(Fold)] },
            CastExpr c => c with { Operand = Fold(c.Operand) },
            FieldExpr f => f with { Row = Fold(f.Row) },
            _ => e,
        };
    }

    private static bool IsConstant(Expr e) => e is CallExpr or CastExpr && HasText(e.Type) && ExprTree.All(e).All(part => part switch
    {
        LiteralExpr or CastExpr => part.Type.Kind != TypeKind.TimestampLtz,
        CallExpr c => FunctionCatalog.Scalars.TryGetValue(c.Function, out ScalarFunction? f) && f.About.Purity == Purity.Pure && c.Type.Kind != TypeKind.TimestampLtz
            && c.Function != "NOT_NULL",
        _ => false,
    });

    /// <summary>Types whose constants are written as CAST(… AS STRING) prints them, without loss.</summary>
    private static bool HasText(SqlType type) => type.Kind is TypeKind.Boolean or TypeKind.Decimal or TypeKind.Double or TypeKind.VarChar or TypeKind.Date
        or TypeKind.Timestamp or TypeKind.IntervalDayTime or TypeKind.IntervalYearMonth || type.IsInteger;

    private static LiteralExpr? Evaluate(Expr e)
    {
        try
        {
            Expr text = e.Type.IsText ? e : new CastExpr(e, SqlType.String.WithNullable(e.Type.Nullable));
            var row = new Batch(Schema.Empty, []) { Length = 1 };
            var column = (TextColumn)Evaluator.Bind(text, Schema.Empty, EvaluationContext.At(0)).Evaluate(row);
            return new LiteralExpr(column.IsNull(0) ? null : Encoding.UTF8.GetString(column[0]), e.Type);
        }
        catch (Exception error) when (error is EvaluationException or InvalidDataException or NotSupportedException or FormatException)
        {
            return null;
        }
    }
}
