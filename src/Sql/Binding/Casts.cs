using OrleansStream.Columns;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Sql.Binding;

/// <summary>Which casts exist, which happen by themselves, and the making of a cast.</summary>
internal static class Casts
{
    /// <summary>CAST(x AS type) is allowed.</summary>
    public static bool Explicit(SqlType from, SqlType to)
    {
        if (from.Kind == TypeKind.Null || from.Kind == to.Kind && !IsNested(from)) return true;
        if (IsNested(from) || IsNested(to)) return Nested(from, to);
        if (to.IsText) return true;
        if (from.IsText) return to.Kind is not (TypeKind.IntervalDayTime or TypeKind.IntervalYearMonth);
        if (from.IsNumeric && to.IsNumeric) return true;
        if (from.Kind == TypeKind.Boolean) return to.IsNumeric;
        if (to.Kind == TypeKind.Boolean) return from.IsNumeric;
        if (from.IsBinary || to.IsBinary) return from.IsBinary && to.IsBinary;
        if (from.IsTimestamp) return to.IsTimestamp || to.Kind is TypeKind.Date or TypeKind.Time;
        if (from.Kind is TypeKind.Date or TypeKind.Time) return to.IsTimestamp;
        // An interval and the integer that counts its months or milliseconds.
        if (from.Kind == TypeKind.IntervalYearMonth || to.Kind == TypeKind.IntervalYearMonth) return from.Kind == TypeKind.Int || to.Kind == TypeKind.Int;
        if (from.Kind == TypeKind.IntervalDayTime || to.Kind == TypeKind.IntervalDayTime) return from.Kind == TypeKind.BigInt || to.Kind == TypeKind.BigInt;
        return false;
    }

    private static bool IsNested(SqlType type) => type.Kind is TypeKind.Array or TypeKind.Map or TypeKind.Multiset or TypeKind.Row;

    private static bool Nested(SqlType from, SqlType to)
    {
        if (to.IsText) return true;
        if (from.Kind != to.Kind) return false;
        if (from.Kind == TypeKind.Row)
            return from.Fields.Length == to.Fields.Length && from.Fields.Zip(to.Fields).All(p => Explicit(p.First.Type, p.Second.Type));
        return Explicit(from.Element!, to.Element!) && (from.Key is null || Explicit(from.Key, to.Key!));
    }

    /// <summary>A value of one type may stand where the other is wanted, as in INSERT: what keeps the value, or only its length enforcement.</summary>
    public static bool Implicit(SqlType from, SqlType to)
    {
        if (from.Kind == TypeKind.Null) return true;
        if (from.IsNumeric && to.IsNumeric)
        {
            if (to.Kind == TypeKind.Decimal) return true;
            if (to.IsApproximate) return from.Kind <= to.Kind || from.Kind == TypeKind.Decimal;
            return from.IsInteger && from.Kind <= to.Kind;
        }
        if (from.IsText && to.IsText || from.IsBinary && to.IsBinary) return true;
        if (from.IsTimestamp && to.IsTimestamp || from.Kind == TypeKind.Date && to.IsTimestamp) return true;
        if (from.IsTimestamp && to.Kind is TypeKind.Date or TypeKind.Time) return true;
        if (from.Kind != to.Kind) return false;
        return from.Kind switch
        {
            TypeKind.Array or TypeKind.Multiset => Implicit(from.Element!, to.Element!),
            TypeKind.Map => Implicit(from.Key!, to.Key!) && Implicit(from.Element!, to.Element!),
            TypeKind.Row => from.Fields.Length == to.Fields.Length && from.Fields.Zip(to.Fields).All(p => Implicit(p.First.Type, p.Second.Type)),
            _ => true,
        };
    }

    /// <summary>
    /// The expression as <paramref name="to"/>; a constant is converted now where that is exact. Nullability of the target is that of the expression
    /// unless a cast may yield NULL.
    /// </summary>
    public static Expr To(Expr e, SqlType to, bool isTry = false)
    {
        SqlType target = to.WithNullable(e.Type.Nullable || isTry || MayYieldNull(e.Type, to));
        if (TypeRules.SameButNullability(e.Type, target)) return e;
        if (e is LiteralExpr literal && LiteralCast.Fold(literal, target) is { } folded) return folded;
        return new CastExpr(e, target, isTry);
    }

    /// <summary>A number too large for a DECIMAL becomes NULL.</summary>
    private static bool MayYieldNull(SqlType from, SqlType to) =>
        to.Kind == TypeKind.Decimal && from.IsNumeric
        && !(from.Kind == TypeKind.Decimal && from.Scale <= to.Scale && from.Precision - from.Scale <= to.Precision - to.Scale)
        && !(from.IsInteger && TypeRules.Digits(from.Kind) <= to.Precision - to.Scale);
}
