using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace OrleansStream.Connectors.Formats;

/// <summary>Dates and times from the text forms of Flink's formats. Nothing is guessed: what does not fit is refused.</summary>
public sealed class Temporal
{
    private const long MillisPerDay = 86_400_000;

    // Records that follow each other are mostly of one day, and of one minute (of the separator asked for).
    private UInt128 _lastMinute; // its 16 bytes
    private long _lastMinuteMs;
    private readonly byte[] _lastText = new byte[10];
    private int _lastDays;

    /// <summary><c>yyyy-MM-dd</c> as days since 1970-01-01.</summary>
    public bool TryDate(ReadOnlySpan<byte> s, out int days)
    {
        days = 0;
        if (s.SequenceEqual(_lastText))
        {
            days = _lastDays;
            return true;
        }

        if (s.Length != 10 || s[4] != '-' || s[7] != '-') return false;
        int year = (Two(s, 0) * 100) + Two(s, 2), month = Two(s, 5), day = Two(s, 8);
        if (Two(s, 0) < 0 || Two(s, 2) < 0 || month is < 1 or > 12 || day < 1 || year < 0 || day > Days(year, month)) return false;
        days = DaysOf(year, month, day);
        _lastDays = days;
        s.CopyTo(_lastText);
        return true;
    }

    /// <summary>The same, also with one digit for month or day (Java's Date.valueOf).</summary>
    public bool TryLenientDate(ReadOnlySpan<byte> s, out int days)
    {
        if (s.Length == 10) return TryDate(s, out days);
        days = 0;
        if (s.Length is < 8 or > 9 || s[4] != '-') return false;
        int dash = s[5..].IndexOf((byte)'-');
        if (dash is not (1 or 2)) return false;
        Span<byte> whole = stackalloc byte[10];
        whole.Fill((byte)'0');
        whole[4] = whole[7] = (byte)'-';
        s[..4].CopyTo(whole);
        s.Slice(5, dash).CopyTo(whole[(7 - dash)..]);
        var day = s[(6 + dash)..];
        if (day.Length is not (1 or 2)) return false;
        day.CopyTo(whole[(10 - day.Length)..]);
        return TryDate(whole, out days);
    }

    /// <summary><c>HH:mm:ss</c> with up to nine digits of fraction, as nanoseconds of the day.</summary>
    public static bool TryTime(ReadOnlySpan<byte> s, out long nanos)
    {
        nanos = 0;
        if (s.Length < 8 || s[2] != ':' || s[5] != ':') return false;
        int h = Two(s, 0), m = Two(s, 3), sec = Two(s, 6);
        if (h is < 0 or > 23 || m is < 0 or > 59 || sec is < 0 or > 59) return false;
        int fraction = 0;
        if (s.Length > 8)
        {
            if (s[8] != '.' || s.Length > 18) return false;
            int i = 9;
            for (; i < s.Length; i++)
            {
                uint d = (uint)(s[i] - '0');
                if (d > 9) return false;
                fraction = (fraction * 10) + (int)d;
            }

            for (; i < 18; i++) fraction *= 10;
        }

        nanos = ((((h * 60) + m) * 60L) + sec) * 1_000_000_000 + fraction;
        return true;
    }

    /// <summary>Date, <paramref name="separator"/>, time; with <paramref name="zone"/> a <c>Z</c> at the end. Milliseconds since 1970 and nanoseconds in the last of them.</summary>
    public bool TryTimestamp(ReadOnlySpan<byte> s, byte separator, bool zone, out long millis, out int nanos)
    {
        millis = 0;
        nanos = 0;
        if (zone)
        {
            if (s.Length == 0 || s[^1] != 'Z') return false;
            s = s[..^1];
        }

        if (s.Length == 23 && MemoryMarshal.Read<UInt128>(s) == _lastMinute)
        {
            // The last eight bytes, "m:ss.fff": digits become their values, right marks 0; a digit above 9 has a high nibble after six are added.
            ulong x = BinaryPrimitives.ReadUInt64LittleEndian(s[15..]) ^ 0x3030302E30303A30;
            if (((x | (x + 0x0606060006060006)) & 0xF0F0F0FFF0F0FFF0) != 0) return false;
            uint sec = (uint)((byte)(x >> 16) * 10) + (byte)(x >> 24);
            if (sec > 59) return false;
            millis = _lastMinuteMs + (sec * 1000) + ((byte)(x >> 40) * 100) + ((byte)(x >> 48) * 10) + (byte)(x >> 56);
            return true;
        }

        if (s.Length < 19 || s[10] != separator || !TryDate(s[..10], out int days)) return false;

        if (!TryTime(s[11..], out long ofDay)) return false;
        millis = (days * MillisPerDay) + (ofDay / 1_000_000);
        nanos = (int)(ofDay % 1_000_000);
        _lastMinute = MemoryMarshal.Read<UInt128>(s);
        _lastMinuteMs = millis - (ofDay / 1_000_000 % 60_000);
        return true;
    }

    // Negative unless both are digits.
    private static int Two(ReadOnlySpan<byte> s, int at)
    {
        uint a = (uint)(s[at] - '0'), b = (uint)(s[at + 1] - '0');
        return a <= 9 && b <= 9 ? (int)((a * 10) + b) : -1;
    }

    private static int Days(int year, int month) =>
        month switch { 2 => year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28, 4 or 6 or 9 or 11 => 30, _ => 31 };

    // Days since 1970-01-01 of a proleptic Gregorian date (Howard Hinnant, "chrono-compatible low-level date algorithms").
    private static int DaysOf(int y, int m, int d)
    {
        if (m <= 2) y--;
        int era = (y >= 0 ? y : y - 399) / 400;
        int yoe = y - (era * 400);
        int doy = (((153 * (m > 2 ? m - 3 : m + 9)) + 2) / 5) + d - 1;
        return (era * 146_097) + (yoe * 365) + (yoe / 4) - (yoe / 100) + doy - 719_468;
    }
}
