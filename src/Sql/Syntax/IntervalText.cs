using System.Globalization;

namespace OrleansStream.Sql.Syntax;

/// <summary>Interval qualifiers as text.</summary>
public static class IntervalText
{
    /// <summary>DAY(3) TO SECOND(3).</summary>
    public static string Qualifier(IntervalQualifier q)
    {
        string text = q.From;
        if (q.LeadingPrecision is int leading)
        {
            string fraction = q.To is null && q.FractionPrecision is int f ? string.Create(CultureInfo.InvariantCulture, $", {f}") : "";
            text += string.Create(CultureInfo.InvariantCulture, $"({leading}{fraction})");
        }
        if (q.To is null) return text;
        text += " TO " + q.To;
        if (q.FractionPrecision is int digits) text += string.Create(CultureInfo.InvariantCulture, $"({digits})");
        return text;
    }
}
