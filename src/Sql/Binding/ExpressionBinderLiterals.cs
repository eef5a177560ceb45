using System.Globalization;
using System.Numerics;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Diagnostics;
using OrleansStream.Sql.Syntax;

namespace OrleansStream.Sql.Binding;

/// <summary>Constants.</summary>
internal sealed partial class ExpressionBinder
{
    private static LiteralExpr Text(string value) =>
        // The type of '' is CHAR(0) in Flink; nothing here depends on it, and a length of 0 is no type.
        new(value, SqlType.Char(Math.Max(1, new StringInfo(value).LengthInTextElements)).NotNull);

    /// <param name="sign">"-" or empty: the sign belongs to the number, else the least BIGINT could not be written.</param>
    private Expr Number(NumberLiteral n, string sign)
    {
        if (n.Approximate)
        {
            double value = double.Parse(sign + n.Text, NumberStyles.Float, CultureInfo.InvariantCulture);
            return new LiteralExpr(DoubleText.Of(value), SqlType.Double.NotNull);
        }
        int point = n.Text.IndexOf('.', StringComparison.Ordinal);
        if (point < 0) return Integer(n, sign);
        string whole = n.Text[..point].TrimStart('0');
        string fraction = n.Text[(point + 1)..];
        int precision = Math.Max(1, whole.Length + fraction.Length);
        // 0.908 has three digits, all of them behind the point.
        if (whole.Length == 0) precision = Math.Max(1, Math.Max(fraction.TrimStart('0').Length, fraction.Length));
        if (precision > SqlType.MaxDecimalPrecision)
            return Error(Codes.InvalidLiteral, n.Span, $"a number has at most {SqlType.MaxDecimalPrecision} digits");
        string text = (whole.Length == 0 ? "0" : whole) + (fraction.Length == 0 ? "" : "." + fraction);
        return new LiteralExpr(sign + text, SqlType.Decimal(precision, fraction.Length).NotNull);
    }

    private Expr Integer(NumberLiteral n, string sign)
    {
        BigInteger value = BigInteger.Parse(sign + n.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        string text = value.ToString(CultureInfo.InvariantCulture);
        if (value >= int.MinValue && value <= int.MaxValue) return new LiteralExpr(text, SqlType.Int.NotNull);
        if (value >= long.MinValue && value <= long.MaxValue) return new LiteralExpr(text, SqlType.BigInt.NotNull);
        int digits = BigInteger.Abs(value).ToString(CultureInfo.InvariantCulture).Length;
        if (digits > SqlType.MaxDecimalPrecision)
            return Error(Codes.InvalidLiteral, n.Span, $"a number has at most {SqlType.MaxDecimalPrecision} digits");
        return new LiteralExpr(text, SqlType.Decimal(digits, 0).NotNull);
    }

    private Expr DateTime(DateTimeLiteral d)
    {
        switch (d.Kind)
        {
            case "DATE" when DateTimeText.Date(d.Text) is { } date:
                return new LiteralExpr(date, SqlType.Date.NotNull);
            case "TIME" when DateTimeText.Time(d.Text) is var (time, digits):
                return new LiteralExpr(time, SqlType.Time(digits).NotNull);
            case "TIMESTAMP":
                int fraction = DateTimeText.TimestampDigits(d.Text);
                if (fraction <= 9 && DateTimeText.Timestamp(d.Text, fraction) is { } timestamp)
                    return new LiteralExpr(timestamp, SqlType.Timestamp(fraction).NotNull);
                break;
        }
        string form = d.Kind switch { "DATE" => "yyyy-MM-dd", "TIME" => "HH:mm:ss", _ => "yyyy-MM-dd HH:mm:ss.SSS" };
        return Error(Codes.InvalidLiteral, d.Span, $"'{d.Text}' is no {d.Kind}", $"write {d.Kind} '{form}'");
    }

    private Expr Interval(IntervalLiteral literal)
    {
        if (IntervalValue.Parse(literal, out string problem) is not long value) return Error(Codes.InvalidLiteral, literal.Span, problem);
        bool months = IntervalValue.IsMonths(literal.Qualifier);
        var type = new SqlType(months ? TypeKind.IntervalYearMonth : TypeKind.IntervalDayTime, false);
        return new LiteralExpr(IntervalValue.Text(value, months), type);
    }
}
