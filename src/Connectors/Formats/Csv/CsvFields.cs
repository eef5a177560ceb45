using System.Runtime.CompilerServices;

namespace OrleansStream.Connectors.Formats.Csv;

/// <summary>A field as it lies in the text.</summary>
internal ref struct CsvField
{
    /// <summary>Its text, without quotes around it.</summary>
    public ReadOnlySpan<byte> Text;

    /// <summary>Whether quotes or escapes inside it may have to be resolved.</summary>
    public bool Escaped;

    /// <summary>Where the mark that ends it lies: a delimiter, a line feed, or the end of the text.</summary>
    public int End;
}

/// <summary>Cuts text into fields.</summary>
internal static class CsvFields
{
    /// <summary>Reads the field that starts at <paramref name="start"/>; false = it has to be read by <see cref="Read"/>, from the record's start.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRead(scoped ref CsvMarks marks, ReadOnlySpan<byte> s, int start, int quote, out CsvField field)
    {
        field = default;
        int end = marks.Next();
        field.End = end;
        var text = s[start..end];
        if ((end == s.Length || s[end] == '\n') && text is [.., (byte)'\r']) text = text[..^1];
        field.Text = text;
        if (text.IsEmpty || text[0] != quote) return !marks.Irregular;
        if (text.Length < 2 || text[^1] != quote) return false;
        field.Text = text[1..^1];
        field.Escaped = true;
        return !marks.Irregular;
    }

    /// <summary>Reads the field that starts at <paramref name="start"/>; −1, or where the text is no CSV.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Read(scoped ref CsvScanner scanner, ReadOnlySpan<byte> s, int start, CsvOptions options, out CsvField field)
    {
        field = default;
        int end = scanner.Next();
        byte mark = end < s.Length ? s[end] : (byte)'\n';
        if (mark != options.Delimiter && mark != '\n') return ReadMarked(ref scanner, s, start, end, options, out field);
        field.End = end;
        field.Text = s[start..end];
        if (mark == '\n' && end > start && s[end - 1] == '\r') field.Text = field.Text[..^1];
        return -1;
    }

    private static int ReadMarked(scoped ref CsvScanner scanner, ReadOnlySpan<byte> s, int start, int at, CsvOptions options, out CsvField field)
    {
        field = default;
        bool quoted = at == start && s[at] == options.Quote;
        if (quoted) at = scanner.Next();
        for (; at < s.Length; at = scanner.Next())
        {
            byte c = s[at];
            if (c == options.Escape)
            {
                field.Escaped = true;
                scanner.Drop(at + 1);
            }
            else if (!quoted)
            {
                if (c == options.Delimiter || c == '\n') break;
            }
            else if (c == options.Quote)
            {
                if (at + 1 >= s.Length || s[at + 1] != c) return EndQuoted(ref scanner, s, start, at, field.Escaped, options, out field);
                field.Escaped = true;
                scanner.Drop(at + 1);
            }
        }

        field.End = at;
        field.Text = s[start..at];
        if (quoted) return start;
        if ((at == s.Length || s[at] == '\n') && at > start && s[at - 1] == '\r') field.Text = field.Text[..^1];
        return -1;
    }

    // After the closing quote only spaces may come.
    private static int EndQuoted(scoped ref CsvScanner scanner, ReadOnlySpan<byte> s, int start, int close, bool escaped, CsvOptions options, out CsvField field)
    {
        field = default;
        field.Escaped = escaped;
        field.Text = s[(start + 1)..close];
        int at = close + 1;
        while (at < s.Length && s[at] is (byte)' ' or (byte)'\r') at++;
        bool clean = at == s.Length || s[at] == options.Delimiter || s[at] == '\n';
        int end = scanner.Next();
        while (end < s.Length && s[end] != options.Delimiter && s[end] != '\n') end = scanner.Next();
        field.End = end;
        return clean ? -1 : at;
    }

    /// <summary>Resolves doubled quotes and escapes into <paramref name="to"/>, which is as long as the text.</summary>
    public static int Unescape(ReadOnlySpan<byte> text, CsvOptions options, Span<byte> to)
    {
        int n = 0;
        for (int i = 0; i < text.Length; i++)
        {
            byte c = text[i];
            if (c == options.Escape && i + 1 < text.Length)
                c = text[++i] switch { (byte)'n' => (byte)'\n', (byte)'r' => (byte)'\r', (byte)'t' => (byte)'\t', (byte)'0' => 0, var other => other };
            else if (c == options.Quote && i + 1 < text.Length && text[i + 1] == c) i++;
            to[n++] = c;
        }

        return n;
    }
}
