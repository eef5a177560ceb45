using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;
using OrleansStream.Sql.Logical;

namespace OrleansStream.Sql.Rules;

/// <summary>
/// CAST(a % 123 AS INT) = 0 compares a % 123 itself: a remainder is smaller than its divisor, so the cast loses nothing. (The cast is there because MOD has the
/// type of its second argument.)
/// </summary>
internal static class UnwrapCasts
{
    public static LogicalNode Apply(LogicalNode node) => Optimizer.BottomUp(node, n => n is LogicalFilter f ? new LogicalFilter(f.From, Rewrite(f.Condition)) : n);

    private static Expr Rewrite(Expr e) => ExprTree.Rewrite(e, x =>
    {
        if (x is not CallExpr { Function: "=" or "<>" or "<" or "<=" or ">" or ">=", Arguments: [var left, var right] } call) return null;
        if (Remainder(left, right) is { } a) return call with { Arguments = [a.Value, a.Literal] };
        if (Remainder(right, left) is { } b) return call with { Arguments = [b.Literal, b.Value] };
        return null;
    });

    private static (Expr Value, Expr Literal)? Remainder(Expr cast, Expr literal)
    {
        if (cast is not CastExpr { Try: false, Operand: CallExpr { Function: "%", Arguments: [_, LiteralExpr divisor] } inner } c) return null;
        if (!c.Type.IsInteger || !inner.Type.IsInteger || literal is not LiteralExpr constant) return null;
        // The divisor came from the narrower type.
        if (LiteralCast.Fold(divisor, c.Type.NotNull) is null || LiteralCast.Fold(constant, inner.Type.NotNull) is not { } wide) return null;
        return (inner, wide);
    }
}
