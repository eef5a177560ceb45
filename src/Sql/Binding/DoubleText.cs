using System.Globalization;

namespace OrleansStream.Sql.Binding;

/// <summary>The text form of DOUBLE constants: Java's, as in CAST(x AS STRING): 1.0, 1.0E7, 1.5E-5.</summary>
internal static class DoubleText
{
    public static string Of(double value)
    {
        if (double.IsNaN(value)) return "NaN";
        if (double.IsInfinity(value)) return value > 0 ? "Infinity" : "-Infinity";
        if (value == 0) return double.IsNegative(value) ? "-0.0" : "0.0";
        string scientific = value.ToString("E16", CultureInfo.InvariantCulture);
        string shortest = value.ToString("R", CultureInfo.InvariantCulture);
        int exponent = int.Parse(scientific[(scientific.IndexOf('E', StringComparison.Ordinal) + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        // Digits without point and exponent, shortest that read back as the same number.
        string sign = value < 0 ? "-" : "";
        string mantissa = shortest.TrimStart('-');
        int e = mantissa.IndexOf('E', StringComparison.Ordinal);
        if (e >= 0) mantissa = mantissa[..e];
        string digits = mantissa.Replace(".", "", StringComparison.Ordinal).TrimStart('0').TrimEnd('0');
        if (digits.Length == 0) digits = "0";
        if (exponent is < -3 or > 6)
            return string.Create(CultureInfo.InvariantCulture, $"{sign}{digits[0]}.{(digits.Length > 1 ? digits[1..] : "0")}E{exponent}");
        if (exponent < 0) return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        digits = digits.PadRight(exponent + 1, '0');
        string fraction = digits[(exponent + 1)..];
        return $"{sign}{digits[..(exponent + 1)]}.{(fraction.Length > 0 ? fraction : "0")}";
    }
}
