using System.Globalization;
using System.Numerics;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Sql.Binding;

/// <summary>Casts of constants that are exact, done while binding, so that a plan compares columns with constants of their own type.</summary>
internal static class LiteralCast
{
    /// <summary>The constant as <paramref name="to"/>, or null when the cast is left to the engine.</summary>
    public static LiteralExpr? Fold(LiteralExpr literal, SqlType to)
    {
        SqlType from = literal.Type;
        if (literal.Value is null) return new LiteralExpr(null, to.WithNullable(true));
        string text = literal.Value;
        if (from.IsText && to.IsText) return FoldText(text, from, to);
        if (from.IsInteger && to.IsInteger) return FitsInteger(text, to.Kind) ? new LiteralExpr(text, to) : null;
        if ((from.IsInteger || from.Kind == TypeKind.Decimal) && to.Kind == TypeKind.Decimal) return FoldDecimal(text, to);
        if ((from.IsInteger || from.Kind == TypeKind.Decimal) && to.Kind == TypeKind.Double) return FoldDouble(text, to);
        if (from.IsText && to.IsTimestamp) return DateTimeText.Timestamp(text, to.Precision) is { } timestamp && to.Kind == TypeKind.Timestamp ? new LiteralExpr(timestamp, to) : null;
        if (from.IsText && to.Kind == TypeKind.Date) return DateTimeText.Date(text) is { } date ? new LiteralExpr(date, to) : null;
        if (from.Kind == TypeKind.Timestamp && to.Kind == TypeKind.Timestamp && to.Precision >= from.Precision)
            return DateTimeText.Timestamp(text, to.Precision) is { } same ? new LiteralExpr(same, to) : null;
        return null;
    }

    /// <summary>CHAR(n) pads and both cut off: only a text that keeps its letters is folded.</summary>
    private static LiteralExpr? FoldText(string text, SqlType from, SqlType to)
    {
        if (to.Kind == TypeKind.Char && from.Precision != to.Precision) return null;
        return from.Precision <= to.Precision ? new LiteralExpr(text, to) : null;
    }

    private static bool FitsInteger(string text, TypeKind kind)
    {
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)) return false;
        return kind switch
        {
            TypeKind.TinyInt => value is >= sbyte.MinValue and <= sbyte.MaxValue,
            TypeKind.SmallInt => value is >= short.MinValue and <= short.MaxValue,
            TypeKind.Int => value is >= int.MinValue and <= int.MaxValue,
            _ => true,
        };
    }

    /// <summary>More digits behind the point are zeros; fewer would round, which is left to the engine.</summary>
    private static LiteralExpr? FoldDecimal(string text, SqlType to)
    {
        int point = text.IndexOf('.', StringComparison.Ordinal);
        string whole = point < 0 ? text : text[..point];
        string fraction = point < 0 ? "" : text[(point + 1)..];
        if (fraction.Length > to.Scale) return null;
        BigInteger digits = BigInteger.Parse(whole + fraction, CultureInfo.InvariantCulture);
        int used = BigInteger.Abs(digits) is var d && d.IsZero ? 0 : d.ToString(CultureInfo.InvariantCulture).Length - fraction.Length;
        if (used > to.Precision - to.Scale) return null;
        fraction = fraction.PadRight(to.Scale, '0');
        return new LiteralExpr(to.Scale == 0 ? whole : $"{whole}.{fraction}", to);
    }

    private static LiteralExpr? FoldDouble(string text, SqlType to) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            ? new LiteralExpr(DoubleText.Of(value), to)
            : null;
}
