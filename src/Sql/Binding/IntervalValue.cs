using System.Globalization;
using System.Text.RegularExpressions;
using OrleansStream.Sql.Syntax;

namespace OrleansStream.Sql.Binding;

/// <summary>Interval constants: months, or milliseconds.</summary>
internal static partial class IntervalValue
{
    private const long Second = 1000, Minute = 60 * Second, Hour = 60 * Minute, Day = 24 * Hour;

    [GeneratedRegex(@"^\s*([+-]?)(\d+)-(\d{1,2})\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex YearMonthPattern();

    /// <summary>The qualifier counts months: YEAR, QUARTER, MONTH.</summary>
    public static bool IsMonths(IntervalQualifier q) => q.From is "YEAR" or "QUARTER" or "MONTH";

    /// <summary>Months or milliseconds; null with a message in <paramref name="problem"/> if the text does not fit the qualifier.</summary>
    public static long? Parse(IntervalLiteral literal, out string problem)
    {
        problem = $"'{literal.Text}' is no interval of {IntervalText.Qualifier(literal.Qualifier)}";
        string text = literal.Text.Trim();
        bool negative = literal.Negative;
        if (text.StartsWith('-')) { negative = !negative; text = text[1..]; }
        else if (text.StartsWith('+')) { text = text[1..]; }
        long? value = literal.Qualifier.To is null ? Single(literal.Qualifier, text, ref problem)
            : IsMonths(literal.Qualifier) ? YearMonth(text) : Compound(literal.Qualifier, text);
        return negative ? -value : value;
    }

    private static long? Single(IntervalQualifier q, string text, ref string problem)
    {
        int point = text.IndexOf('.', StringComparison.Ordinal);
        string whole = point < 0 ? text : text[..point];
        if (!long.TryParse(whole, NumberStyles.None, CultureInfo.InvariantCulture, out long count)) return null;
        int digits = q.LeadingPrecision ?? 2;
        if (whole.TrimStart('0').Length > digits)
        {
            problem = $"'{text}' has more than {digits} digits: write {q.From}({whole.Length})";
            return null;
        }
        long unit = q.From switch { "YEAR" => 12, "QUARTER" => 3, "MONTH" => 1, "WEEK" => 7 * Day, "DAY" => Day, "HOUR" => Hour, "MINUTE" => Minute, _ => Second };
        if (point < 0) return count * unit;
        if (q.From != "SECOND") return null;
        return Milliseconds(text[(point + 1)..]) is long ms ? count * Second + ms : null;
    }

    private static long? Milliseconds(string fraction)
    {
        if (fraction.Length is 0 or > 9 || !fraction.All(char.IsAsciiDigit)) return null;
        return long.Parse(fraction.PadRight(3, '0')[..3], CultureInfo.InvariantCulture);
    }

    private static long? YearMonth(string text)
    {
        Match match = YearMonthPattern().Match(text);
        if (!match.Success) return null;
        long months = long.Parse(match.Groups[3].ValueSpan, CultureInfo.InvariantCulture);
        return months > 11 ? null : long.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture) * 12 + months;
    }

    private static readonly string[] s_fields = ["DAY", "HOUR", "MINUTE", "SECOND"];

    /// <summary>Fields from the qualifier's first to its last: '1 02:03:04.005' DAY TO SECOND.</summary>
    private static long? Compound(IntervalQualifier q, string text)
    {
        int first = Array.IndexOf(s_fields, q.From), last = Array.IndexOf(s_fields, q.To);
        if (first < 0 || last <= first) return null;
        string[] parts = text.Split([' ', ':', '.']);
        int wanted = last - first + 1;
        bool fraction = parts.Length == wanted + 1 && q.To == "SECOND";
        if (parts.Length != wanted && !fraction) return null;
        long total = 0;
        for (int i = 0; i < wanted; i++)
        {
            if (!long.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out long count)) return null;
            (long unit, long limit) = s_fields[first + i] switch { "DAY" => (Day, 0L), "HOUR" => (Hour, 23L), "MINUTE" => (Minute, 59L), _ => (Second, 59L) };
            if (i > 0 && count > limit) return null;
            total += count * unit;
        }
        if (!fraction) return total;
        return Milliseconds(parts[^1]) is long ms ? total + ms : null;
    }

    /// <summary>The form that CAST(x AS STRING) prints: +1 02:03:04.005 or +1-02.</summary>
    public static string Text(long value, bool months)
    {
        char sign = value < 0 ? '-' : '+';
        long size = (long)Math.Abs(value);
        if (months) return string.Create(CultureInfo.InvariantCulture, $"{sign}{size / 12}-{size % 12:D2}");
        return string.Create(CultureInfo.InvariantCulture, $"{sign}{size / Day} {size / Hour % 24:D2}:{size / Minute % 60:D2}:{size / Second % 60:D2}.{size % 1000:D3}");
    }

    /// <summary>Milliseconds of a text in that form.</summary>
    public static long Milliseconds(OrleansStream.Engine.Plan.LiteralExpr literal)
    {
        string text = literal.Value!;
        string[] parts = text[1..].Split([' ', ':', '.']);
        long[] n = [.. parts.Select(p => long.Parse(p, CultureInfo.InvariantCulture))];
        long ms = n[0] * Day + n[1] * Hour + n[2] * Minute + n[3] * Second + n[4];
        return text[0] == '-' ? -ms : ms;
    }
}
