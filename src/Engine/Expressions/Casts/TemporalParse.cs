namespace OrleansStream.Engine.Expressions.Casts;

/// <summary>
/// Reads DATE, TIME and TIMESTAMP texts as Flink's CAST does: fields may lack leading zeros; a DATE may lack month and day or be followed by a time; a TIME may lack
/// minutes and seconds; between date and time stands a blank or T.
/// </summary>
internal static class TemporalParse
{
    public static bool Date(ReadOnlySpan<byte> text, out int days)
    {
        text = text.Trim((byte)' ');
        int blank = text.IndexOfAny((byte)' ', (byte)'T');
        if (blank > 0) text = text[..blank];
        days = 0;
        int month = 1, day = 1;
        if (!Number(ref text, 4, out int year)) return false;
        if (Skip(ref text, (byte)'-') && !Number(ref text, 2, out month)) return false;
        if (Skip(ref text, (byte)'-') && !Number(ref text, 2, out day)) return false;
        if (!text.IsEmpty || month is < 1 or > 12 || day < 1 || day > Calendar.DaysIn(year, month)) return false;
        days = Calendar.DaysOf(year, month, day);
        return true;
    }

    /// <summary>ms of the day; digits beyond are cut.</summary>
    public static bool Time(ReadOnlySpan<byte> text, out int ms)
    {
        bool ok = Clock(text.Trim((byte)' '), out long nanos);
        ms = (int)(nanos / TemporalText.NanosPerMs);
        return ok;
    }

    /// <summary>ns since 1970-01-01T00:00.</summary>
    public static bool Timestamp(ReadOnlySpan<byte> text, out Int128 nanos)
    {
        text = text.Trim((byte)' ');
        nanos = 0;
        int blank = text.IndexOfAny((byte)' ', (byte)'T');
        if (!Date(blank < 0 ? text : text[..blank], out int days)) return false;
        if (blank < 0 && text.Count((byte)'-') != 2) return false;
        long clock = 0;
        if (blank >= 0 && !Clock(text[(blank + 1)..], out clock)) return false;
        nanos = ((Int128)days * Calendar.Day * TemporalText.NanosPerMs) + clock;
        return true;
    }

    /// <summary>The texts of <see cref="TemporalText.Months"/> and <see cref="TemporalText.Span"/>: what a plan's literals hold.</summary>
    public static bool Interval(ReadOnlySpan<byte> text, bool months, out long value)
    {
        value = 0;
        bool negative = Skip(ref text, (byte)'-');
        if (!negative && !Skip(ref text, (byte)'+')) return false;
        if (!Number(ref text, 19, out long first)) return false;
        if (months)
        {
            if (!Skip(ref text, (byte)'-') || !Number(ref text, 2, out long m) || !text.IsEmpty) return false;
            value = (first * 12) + m;
        }
        else
        {
            if (!Skip(ref text, (byte)' ') || !Clock(text, out long nanos)) return false;
            value = (first * Calendar.Day) + (nanos / TemporalText.NanosPerMs);
        }

        if (negative) value = -value;
        return true;
    }

    private static bool Clock(ReadOnlySpan<byte> text, out long nanos)
    {
        nanos = 0;
        int minute = 0, second = 0;
        if (!Number(ref text, 2, out int hour)) return false;
        if (Skip(ref text, (byte)':') && !Number(ref text, 2, out minute)) return false;
        if (Skip(ref text, (byte)':') && !Number(ref text, 2, out second)) return false;
        if (hour > 23 || minute > 59 || second > 59) return false;
        long fraction = 0;
        if (Skip(ref text, (byte)'.'))
        {
            if (text.IsEmpty) return false;
            long unit = 100_000_000;
            for (; !text.IsEmpty; text = text[1..], unit /= 10)
            {
                if (!char.IsAsciiDigit((char)text[0])) return false;
                fraction += unit * (text[0] - '0');
            }
        }

        if (!text.IsEmpty) return false;
        nanos = ((((hour * 60L) + minute) * 60L) + second) * 1_000_000_000L + fraction;
        return true;
    }

    private static bool Number(ref ReadOnlySpan<byte> text, int most, out int value)
    {
        bool ok = Number(ref text, most, out long wide);
        value = (int)wide;
        return ok;
    }

    private static bool Number(ref ReadOnlySpan<byte> text, int most, out long value)
    {
        value = 0;
        int n = 0;
        for (; n < text.Length && n < most && char.IsAsciiDigit((char)text[n]); n++) value = (value * 10) + (text[n] - '0');
        text = text[n..];
        return n > 0;
    }

    private static bool Skip(ref ReadOnlySpan<byte> text, byte c)
    {
        if (text.IsEmpty || text[0] != c) return false;
        text = text[1..];
        return true;
    }
}
