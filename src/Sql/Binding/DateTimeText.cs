using System.Globalization;
using System.Text.RegularExpressions;

namespace OrleansStream.Sql.Binding;

/// <summary>Reads the texts of date and time constants and gives the form that CAST(x AS STRING) prints.</summary>
internal static partial class DateTimeText
{
    [GeneratedRegex(@"^\s*(\d{1,4})-(\d{1,2})-(\d{1,2})\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex DatePattern();

    [GeneratedRegex(@"^\s*(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,9}))?\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex TimePattern();

    /// <summary>yyyy-MM-dd, or null if the text is no date.</summary>
    public static string? Date(string text)
    {
        Match match = DatePattern().Match(text);
        if (!match.Success) return null;
        int year = Number(match, 1), month = Number(match, 2), day = Number(match, 3);
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)) return null;
        return string.Create(CultureInfo.InvariantCulture, $"{year:D4}-{month:D2}-{day:D2}");
    }

    /// <summary>HH:mm:ss with the digits written, and how many these are; null if the text is no time.</summary>
    public static (string Text, int Digits)? Time(string text)
    {
        Match match = TimePattern().Match(text);
        if (!match.Success) return null;
        int hour = Number(match, 1), minute = Number(match, 2), second = Number(match, 3);
        if (hour > 23 || minute > 59 || second > 59) return null;
        string fraction = match.Groups[4].Value;
        string whole = string.Create(CultureInfo.InvariantCulture, $"{hour:D2}:{minute:D2}:{second:D2}");
        return (fraction.Length == 0 ? whole : $"{whole}.{fraction}", fraction.Length);
    }

    /// <summary>yyyy-MM-dd HH:mm:ss with exactly <paramref name="digits"/> fraction digits (cut off or filled); null if the text is no timestamp.</summary>
    public static string? Timestamp(string text, int digits)
    {
        (string? date, string time) = TimestampParts(text);
        if (date is null) return null;
        int point = time.IndexOf('.', StringComparison.Ordinal);
        string fraction = point < 0 ? "" : time[(point + 1)..];
        string whole = point < 0 ? time : time[..point];
        fraction = fraction.PadRight(digits, '0')[..digits];
        return digits == 0 ? $"{date} {whole}" : $"{date} {whole}.{fraction}";
    }

    /// <summary>Fraction digits that a timestamp's text has.</summary>
    public static int TimestampDigits(string text)
    {
        int point = text.IndexOf('.', StringComparison.Ordinal);
        return point < 0 ? 0 : text.Trim().Length - point - 1;
    }

    private static (string? Date, string Time) TimestampParts(string text)
    {
        string trimmed = text.Trim();
        int split = trimmed.IndexOfAny([' ', 'T']);
        if (split < 0) return (Date(trimmed), "00:00:00");
        return Time(trimmed[(split + 1)..]) is var (time, _) ? (Date(trimmed[..split]), time) : (null, "");
    }

    private static int Number(Match match, int group) => int.Parse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
}
