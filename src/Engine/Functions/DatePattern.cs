using System.Text;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Expressions.Casts;

namespace OrleansStream.Engine.Functions;

/// <summary>
/// Patterns of Java's DateTimeFormatter, as far as SQL uses them: y u Q M d D H h K k m s S a E and quoted text. Writes and reads wall-clock times.
/// </summary>
internal sealed class DatePattern
{
    private static readonly string[] Months =
        ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

    private static readonly string[] Days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    private readonly List<(char Letter, int Count, byte[] Text)> _fields = [];

    private DatePattern()
    {
    }

    /// <summary>null = the text is no pattern.</summary>
    public static DatePattern? Of(ReadOnlySpan<byte> pattern)
    {
        var p = new DatePattern();
        string text = Encoding.UTF8.GetString(pattern);
        for (int i = 0; i < text.Length;)
        {
            char c = text[i];
            if (c == '\'')
            {
                int end = text.IndexOf('\'', i + 1);
                if (end < 0) return null;
                p._fields.Add(('\'', 0, Encoding.UTF8.GetBytes(end == i + 1 ? "'" : text[(i + 1)..end])));
                i = end + 1;
                continue;
            }

            int n = 1;
            while (i + n < text.Length && text[i + n] == c) n++;
            if (!char.IsAsciiLetter(c)) p._fields.Add(('\'', 0, Encoding.UTF8.GetBytes(text.Substring(i, n))));
            else if (!"yuQMLdDHhKkmsSaEe".Contains(c, StringComparison.Ordinal)) return null;
            else p._fields.Add((c, n, []));
            i += n;
        }

        return p;
    }

    public void Write(Int128 nanos, TextSink to)
    {
        long ms = TemporalText.MsOf(nanos);
        int day = Calendar.DayOf(ms), time = Calendar.TimeOf(ms);
        var (year, month, ofMonth) = Calendar.DateOf(day);
        long hour = time / Calendar.Hour;
        foreach (var (letter, count, text) in _fields)
        {
            switch (letter)
            {
                case '\'': to.Append(text); break;
                case 'y' or 'u' when count == 2: TemporalText.Number(year % 100, 2, to); break;
                case 'y' or 'u': TemporalText.Number(year, count, to); break;
                case 'Q': TemporalText.Number((month + 2) / 3, count, to); break;
                case 'M' or 'L' when count >= 3: Name(Months[month - 1], count, to); break;
                case 'M' or 'L': TemporalText.Number(month, count, to); break;
                case 'd': TemporalText.Number(ofMonth, count, to); break;
                case 'D': TemporalText.Number(Calendar.DayOfYear(day), count, to); break;
                case 'E' or 'e': Name(Days[Calendar.IsoDayOfWeek(day) - 1], count, to); break;
                case 'H': TemporalText.Number(hour, count, to); break;
                case 'k': TemporalText.Number(hour == 0 ? 24 : hour, count, to); break;
                case 'K': TemporalText.Number(hour % 12, count, to); break;
                case 'h': TemporalText.Number(hour % 12 == 0 ? 12 : hour % 12, count, to); break;
                case 'm': TemporalText.Number(time / Calendar.Minute % 60, count, to); break;
                case 's': TemporalText.Number(time / 1000 % 60, count, to); break;
                case 'a': to.Append(hour < 12 ? "AM"u8 : "PM"u8); break;
                default: Fraction((long)(nanos - ((Int128)Calendar.FloorDiv(ms, 1000) * 1_000_000_000)), count, to); break;
            }
        }
    }

    /// <summary>Reads a whole text; what the pattern does not name is that of 1970-01-01 00:00.</summary>
    public bool Read(ReadOnlySpan<byte> text, out Int128 nanos)
    {
        nanos = 0;
        int year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0, ofYear = 0;
        long fraction = 0;
        bool pm = false, twelve = false;
        for (int f = 0; f < _fields.Count; f++)
        {
            var (letter, count, literal) = _fields[f];
            if (letter == '\'')
            {
                if (!text.StartsWith(literal)) return false;
                text = text[literal.Length..];
                continue;
            }

            if (letter == 'a')
            {
                if (text.Length < 2 || (text[1] | 0x20) != 'm') return false;
                pm = (text[0] | 0x20) == 'p';
                text = text[2..];
                continue;
            }

            if (letter is 'M' or 'L' && count >= 3)
            {
                if (!Named(ref text, Months, count, out month)) return false;
                continue;
            }

            if (letter is 'E' or 'e')
            {
                if (!Named(ref text, Days, count, out _)) return false;
                continue;
            }

            // Digits right behind each other belong to the fields by their widths.
            bool adjacent = f + 1 < _fields.Count && _fields[f + 1].Letter != '\'';
            int most = letter == 'S' ? adjacent ? count : 9 : adjacent ? count : letter is 'y' or 'u' ? 9 : Math.Max(count, letter == 'D' ? 3 : 2);
            int least = count == 1 || letter == 'S' ? 1 : letter is 'y' or 'u' && count > 2 ? Math.Min(count, 4) : count;
            if (!Digits(ref text, least, most, out int value, out int read)) return false;
            switch (letter)
            {
                case 'y' or 'u': year = count == 2 && read == 2 ? 2000 + value : value; break;
                case 'M' or 'L': month = value; break;
                case 'd': day = value; break;
                case 'D': ofYear = value; break;
                case 'H': hour = value; break;
                case 'k': hour = value % 24; break;
                case 'h' or 'K': (hour, twelve) = (value % 12, true); break;
                case 'm': minute = value; break;
                case 's': second = value; break;
                case 'S': fraction = Cut(value * Int128Math.LongPow10(9 - read), count); break;
                default: break;
            }
        }

        if (twelve && pm) hour += 12;
        if (!text.IsEmpty || month is < 1 or > 12 || day < 1 || day > Calendar.DaysIn(year, month) || hour > 23 || minute > 59 || second > 59) return false;
        int days = ofYear > 0 ? Calendar.DaysOf(year, 1, 1) + ofYear - 1 : Calendar.DaysOf(year, month, day);
        nanos = ((Int128)days * Calendar.Day * TemporalText.NanosPerMs) + (((((hour * 60L) + minute) * 60L) + second) * 1_000_000_000L) + fraction;
        return true;
    }

    private static void Name(string name, int count, TextSink to) => to.Advance(Encoding.ASCII.GetBytes(count >= 4 ? name : name[..3], to.Room(16)));

    private static void Fraction(long nanos, int digits, TextSink to)
    {
        for (long unit = 100_000_000; digits > 0; digits--, unit /= 10) to.Append((byte)('0' + (unit == 0 ? 0 : nanos / unit % 10)));
    }

    private static long Cut(long nanos, int digits) => digits >= 9 ? nanos : nanos - (nanos % Int128Math.LongPow10(9 - digits));

    private static bool Digits(ref ReadOnlySpan<byte> text, int least, int most, out int value, out int read)
    {
        value = 0;
        read = 0;
        while (read < most && read < 9 && read < text.Length && char.IsAsciiDigit((char)text[read])) value = (value * 10) + (text[read++] - '0');
        text = text[read..];
        return read >= least;
    }

    private static bool Named(ref ReadOnlySpan<byte> text, string[] names, int count, out int number)
    {
        for (number = 1; number <= names.Length; number++)
        {
            string name = count >= 4 ? names[number - 1] : names[number - 1][..3];
            if (text.Length < name.Length || !Ascii.EqualsIgnoreCase(text[..name.Length], name)) continue;
            text = text[name.Length..];
            return true;
        }

        return false;
    }
}

/// <summary>Patterns by their text: compiled once when constant, the last one remembered otherwise.</summary>
internal sealed class DatePatterns
{
    private byte[]? _text;
    private DatePattern? _pattern;

    public DatePattern? Of(ReadOnlySpan<byte> pattern)
    {
        if (_text is null || !pattern.SequenceEqual(_text)) (_text, _pattern) = (pattern.ToArray(), DatePattern.Of(pattern));
        return _pattern;
    }
}
