using System.Globalization;
using System.Text;
using OrleansStream.Columns;

namespace OrleansStream.TestKit;

/// <summary>
/// Rows as one line of text: values separated by blanks, NULL, texts in single quotes when they are empty or hold a blank or quote, times as numbers of their unit,
/// DECIMAL with its point. A kind (<c>+I -U +U -D</c>) may come first.
/// </summary>
public static class RowText
{
    public static string Print(Batch batch, int row, bool withKind)
    {
        var line = new StringBuilder(withKind ? batch.KindAt(row).Code() : "");
        foreach (var c in batch.Columns) line.Append(line.Length > 0 ? " " : "").Append(Value(c, row));
        return line.ToString();
    }

    public static string Value(Column column, int row)
    {
        if (column.IsNull(row)) return "NULL";
        var c = CultureInfo.InvariantCulture;
        switch (column)
        {
            case FixedColumn<byte> b: return column.Type.Kind == TypeKind.Boolean ? b.Values[row] != 0 ? "true" : "false" : ((sbyte)b.Values[row]).ToString(c);
            case FixedColumn<short> s: return s.Values[row].ToString(c);
            case FixedColumn<int> i: return i.Values[row].ToString(c);
            case FixedColumn<long> l: return column.Type.Kind == TypeKind.Decimal ? Decimal(l.Values[row], column.Type.Scale) : l.Values[row].ToString(c);
            case FixedColumn<Int128> w: return column.Type.Kind == TypeKind.Decimal ? Decimal(w.Values[row], column.Type.Scale) : w.Values[row].ToString(c);
            case FixedColumn<float> f: return f.Values[row].ToString("R", c);
            case FixedColumn<double> d: return d.Values[row].ToString("R", c);
            case TextColumn t: return Quoted(Encoding.UTF8.GetString(t[row]));
            case RowColumn r: return $"({string.Join(", ", r.Children.Select(f => Value(f, row)))})";
            case ListColumn l: return $"[{string.Join(", ", Range(l.Offsets, row).Select(i => Value(l.Elements, i)))}]";
            case MapColumn m: return $"{{{string.Join(", ", Range(m.Offsets, row).Select(i => $"{Value(m.Keys, i)}={Value(m.Items, i)}"))}}}";
            default: throw new NotSupportedException($"no text for {column.Type}");
        }
    }

    private static IEnumerable<int> Range(ReadOnlySpan<int> offsets, int row) => Enumerable.Range(offsets[row], offsets[row + 1] - offsets[row]);

    /// <summary>Appends the values of a line, which has one for each column.</summary>
    /// <exception cref="FormatException">the line does not match the schema.</exception>
    public static void Append(BatchBuilder to, string line)
    {
        var words = Words(line);
        if (to.HasKinds)
        {
            int kind = words.Count > 0 ? Array.IndexOf(Kinds, words[0]) : -1;
            if (kind >= 0) words.RemoveAt(0);
            to.AppendKinds(1)[0] = (byte)Math.Max(kind, 0);
        }

        if (words.Count != to.Schema.Count) throw new FormatException($"{words.Count} values for {to.Schema.Count} columns: {line}");
        for (int i = 0; i < words.Count; i++) Append(to.Columns[i], words[i]);
        to.Advance(1);
    }

    private static readonly string[] Kinds = ["+I", "-U", "+U", "-D"];

    /// <summary>Whether the line begins with a kind.</summary>
    public static bool HasKind(string line) => Kinds.Any(k => line.StartsWith(k + " ", StringComparison.Ordinal));

    private static void Append(ColumnBuilder to, string word)
    {
        var c = CultureInfo.InvariantCulture;
        if (word == "NULL")
        {
            to.AppendNulls(1);
            return;
        }

        switch (to)
        {
            case FixedBuilder<byte> b: b.Add(to.Type.Kind == TypeKind.Boolean ? (byte)(word == "true" ? 1 : 0) : (byte)sbyte.Parse(word, c)); break;
            case FixedBuilder<short> s: s.Add(short.Parse(word, c)); break;
            case FixedBuilder<int> i: i.Add(int.Parse(word, c)); break;
            case FixedBuilder<long> l: l.Add(to.Type.Kind == TypeKind.Decimal ? (long)Unscaled(word, to.Type.Scale) : long.Parse(word, c)); break;
            case FixedBuilder<Int128> w: w.Add(to.Type.Kind == TypeKind.Decimal ? Unscaled(word, to.Type.Scale) : Int128.Parse(word, c)); break;
            case FixedBuilder<float> f: f.Add(float.Parse(word, c)); break;
            case FixedBuilder<double> d: d.Add(double.Parse(word, c)); break;
            case TextBuilder t: t.Append(Encoding.UTF8.GetBytes(word[0] == '\'' ? word[1..^1].Replace("''", "'", StringComparison.Ordinal) : word)); break;
            case ListBuilder l:
                foreach (string e in Elements(word)) Append(l.Elements, e);
                l.EndRow();
                break;
            case MapBuilder m:
                foreach (string e in Elements(word))
                {
                    int at = e.IndexOf('=', StringComparison.Ordinal);
                    Append(m.Keys, e[..at]);
                    Append(m.Items, e[(at + 1)..]);
                }

                m.EndRow();
                break;
            default: throw new NotSupportedException($"no value of {to.Type}");
        }
    }

    // [a,b] and {a=1,b=2}, without blanks.
    private static string[] Elements(string word) => word.Length == 2 ? [] : word[1..^1].Split(',');

    private static List<string> Words(string line)
    {
        var words = new List<string>();
        for (int at = 0; at < line.Length;)
        {
            if (line[at] == ' ')
            {
                at++;
                continue;
            }

            int end = at;
            bool quoted = false;
            for (; end < line.Length && (quoted || line[end] != ' '); end++) if (line[end] == '\'') quoted = !quoted;
            words.Add(line[at..end]);
            at = end;
        }

        return words;
    }

    private static string Quoted(string text) =>
        text.Length == 0 || text == "NULL" || text.Contains(' ', StringComparison.Ordinal) || text.Contains('\'', StringComparison.Ordinal)
            ? $"'{text.Replace("'", "''", StringComparison.Ordinal)}'" : text;

    private static string Decimal(Int128 unscaled, int scale)
    {
        string digits = Int128.Abs(unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        return (unscaled < 0 ? "-" : "") + (scale == 0 ? digits : $"{digits[..^scale]}.{digits[^scale..]}");
    }

    private static Int128 Unscaled(string text, int scale)
    {
        int point = text.IndexOf('.', StringComparison.Ordinal);
        int given = point < 0 ? 0 : text.Length - point - 1;
        if (given > scale) throw new FormatException($"{text} has more than {scale} digits after the point");
        return Int128.Parse(text.Replace(".", "", StringComparison.Ordinal) + new string('0', scale - given), CultureInfo.InvariantCulture);
    }
}
