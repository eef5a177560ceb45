using System.Globalization;

namespace OrleansStream.Engine.Connect;

/// <summary>Values of WITH and SET options as Flink writes them: the one reader of each <see cref="OptionType"/>.</summary>
public static class OptionText
{
    /// <summary>A message that says why <paramref name="value"/> is not of the option's type or not among its values; null = it is.</summary>
    public static string? Check(Option option, string value)
    {
        bool typed = option.Type switch
        {
            OptionType.Integer => TryInteger(value, out _),
            OptionType.Boolean => TryBoolean(value, out _),
            OptionType.Double => TryDouble(value, out _),
            OptionType.Duration => TryDuration(value, out _),
            OptionType.Memory => TryMemory(value, out _),
            _ => true,
        };
        if (!typed) return $"option '{option.Name}': '{value}' is not {Name(option.Type)}";
        return option.Values.IsEmpty || option.Values.Contains(value, StringComparer.OrdinalIgnoreCase)
            ? null
            : $"option '{option.Name}': '{value}' is not one of {string.Join(", ", option.Values)}";
    }

    public static bool TryInteger(string text, out long value) =>
        long.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    public static bool TryDouble(string text, out double value) =>
        double.TryParse(text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out value);

    public static bool TryBoolean(string text, out bool value) => bool.TryParse(text, out value);

    /// <summary><c>10 s</c>, <c>1min</c>, <c>500</c> (ms), or ISO 8601 as <c>PT1M30S</c>.</summary>
    public static bool TryDuration(string text, out TimeSpan value)
    {
        value = default;
        string t = text.Trim();
        if (t.StartsWith("PT", StringComparison.OrdinalIgnoreCase) || t.StartsWith("P", StringComparison.OrdinalIgnoreCase))
        {
            try
            {
                value = System.Xml.XmlConvert.ToTimeSpan(t.ToUpperInvariant());
                return value >= TimeSpan.Zero;
            }
            catch (FormatException)
            {
                return false;
            }
            catch (OverflowException)
            {
                return false;
            }
        }

        if (!Split(t, out long number, out string unit)) return false;
        double ticks = unit switch
        {
            "ns" or "nano" or "nanosecond" or "nanoseconds" => 0.01,
            "us" or "µs" or "micro" or "microsecond" or "microseconds" => TimeSpan.TicksPerMicrosecond,
            "" or "ms" or "milli" or "millis" or "millisecond" or "milliseconds" => TimeSpan.TicksPerMillisecond,
            "s" or "sec" or "secs" or "second" or "seconds" => TimeSpan.TicksPerSecond,
            "m" or "min" or "mins" or "minute" or "minutes" => TimeSpan.TicksPerMinute,
            "h" or "hour" or "hours" => TimeSpan.TicksPerHour,
            "d" or "day" or "days" => TimeSpan.TicksPerDay,
            _ => -1,
        };
        if (ticks < 0 || number * ticks > long.MaxValue / 2) return false;
        value = TimeSpan.FromTicks((long)(number * ticks));
        return true;
    }

    /// <summary><c>64 kb</c>, <c>1mb</c>, <c>1024</c> (bytes); a kilobyte is 1,024 bytes.</summary>
    public static bool TryMemory(string text, out long bytes)
    {
        bytes = 0;
        if (!Split(text.Trim(), out long number, out string unit)) return false;
        int shift = unit switch
        {
            "" or "b" or "bytes" => 0,
            "k" or "kb" or "kibibytes" => 10,
            "m" or "mb" or "mebibytes" => 20,
            "g" or "gb" or "gibibytes" => 30,
            "t" or "tb" or "tebibytes" => 40,
            _ => -1,
        };
        if (shift < 0 || number > long.MaxValue >> shift) return false;
        bytes = number << shift;
        return true;
    }

    private static bool Split(string text, out long number, out string unit)
    {
        int digits = 0;
        while (digits < text.Length && char.IsAsciiDigit(text[digits])) digits++;
        unit = text[digits..].Trim().ToLowerInvariant();
        return long.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    private static string Name(OptionType type) => type switch
    {
        OptionType.Integer => "an integer",
        OptionType.Boolean => "true or false",
        OptionType.Double => "a number",
        OptionType.Duration => "a duration (like '10 s' or 'PT10S')",
        OptionType.Memory => "a size (like '64 kb' or '1 mb')",
        _ => "a text",
    };
}
