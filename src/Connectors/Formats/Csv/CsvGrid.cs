using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace OrleansStream.Connectors.Formats.Csv;

/// <summary>
/// Where the fields of a group of records end, when each of them has as many fields as the table: then a column is every n-th entry, and is decoded in one loop.
/// What is inside quotes is told as by <see cref="CsvMarks"/>. No branch depends on the text: lines of like length would still be mispredicted.
/// </summary>
internal sealed class CsvGrid(CsvOptions options, int fields)
{
    private readonly byte _delimiter = options.Delimiter, _quote = options.Quote ?? options.Delimiter;
    private readonly bool _quotes = options.Quote is not null;

    // A chunk of 64 bytes has up to 64 ends.
    private readonly int[] _ends = new int[(Capacity(fields) * fields) + 64];

    private readonly byte[] _rest = new byte[64]; // the last bytes of the text, and after them whatever was there

    /// <summary>Records of a group: their texts and ends stay in the core's cache between the columns.</summary>
    public int MaxRecords { get; } = Capacity(fields);

    /// <summary>Per record and field, in that order: where the mark that ends it lies.</summary>
    public ReadOnlySpan<int> Ends => _ends;

    /// <summary>Whether all bytes of the group are below 128.</summary>
    public bool Ascii { get; private set; }

    /// <summary>Whether two quotes stand side by side somewhere.</summary>
    public bool Doubled { get; private set; }

    private static int Capacity(int fields) => Math.Clamp(512 / fields, 8, 256);

    /// <summary>Records from <paramref name="start"/> on, up to <paramref name="most"/>, that have the table's number of fields and end with a line feed; 0 = they are to be read one by one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // ahead of tiering: one long loop, nothing in it that a profile would improve
    public int Scan(ReadOnlySpan<byte> s, int start, int most)
    {
        int want = most * fields, count = 0, chunk = start, lines = 0;
        ulong inside = 0, mayOpen = 1, lastQuote = 0, irregular = 0, doubled = 0;
        var high = Vector512<byte>.Zero;
        ref byte text = ref MemoryMarshal.GetReference(s);
        for (; count < want && chunk < s.Length; chunk += 64)
        {
            ref byte at = ref Unsafe.Add(ref text, chunk);
            ulong valid = ulong.MaxValue;
            if (chunk > s.Length - 64)
            {
                s[chunk..].CopyTo(_rest);
                at = ref MemoryMarshal.GetArrayDataReference(_rest);
                valid = (1UL << (s.Length - chunk)) - 1;
            }

            high |= Vector512.LoadUnsafe(ref at);
            ulong line = ByteMarks.Where(ref at, (byte)'\n') & valid, marks = (ByteMarks.Where(ref at, _delimiter) & valid) | line;
            if (_quotes)
            {
                ulong quotes = ByteMarks.Where(ref at, _quote) & valid, parity = CsvMarks.Parity(quotes) ^ inside, before = marks | quotes;
                irregular |= quotes & parity & ~((before << 1) | mayOpen);
                doubled |= quotes & ((quotes << 1) | lastQuote);
                (mayOpen, lastQuote, inside) = (before >> 63, quotes >> 63, (ulong)((long)parity >> 63));
                marks &= ~parity;
                line &= ~parity;
            }

            lines += BitOperations.PopCount(line);
            count += ByteMarks.Put(marks, 8, chunk, ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_ends), count));
        }

        Ascii = high.ExtractMostSignificantBits() == 0;
        Doubled = doubled != 0;
        int records = Math.Min(count / fields, most);
        return irregular == 0 && Rectangular(s, records, count, lines) ? records : 0;
    }

    // Every n-th mark is a line feed, and there are no others among them. (The ends after the last record do not count.)
    private bool Rectangular(ReadOnlySpan<byte> s, int records, int count, int lines)
    {
        for (int i = records * fields; i < count; i++) if (s[_ends[i]] == '\n') lines--;
        if (lines != records) return false;
        for (int r = 1; r <= records; r++) if (s[_ends[(r * fields) - 1]] != '\n') return false;
        return true;
    }

    /// <summary>The length of the whole records at the start of <paramref name="s"/>; −1 when quotes stand where none should.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int AfterLastLine(ReadOnlySpan<byte> s, byte delimiter, byte quote)
    {
        ulong inside = 0, mayOpen = 1, irregular = 0;
        ref byte text = ref MemoryMarshal.GetReference(s);
        int chunk = 0;
        for (; chunk <= s.Length - 64; chunk += 64)
        {
            ref byte at = ref Unsafe.Add(ref text, chunk);
            ulong quotes = ByteMarks.Where(ref at, quote), parity = CsvMarks.Parity(quotes) ^ inside;
            ulong before = ByteMarks.Where(ref at, (byte)'\n') | ByteMarks.Where(ref at, delimiter) | quotes;
            irregular |= quotes & parity & ~((before << 1) | mayOpen);
            (mayOpen, inside) = (before >> 63, (ulong)((long)parity >> 63));
        }

        bool open = inside != 0, may = mayOpen != 0;
        for (int i = chunk; i < s.Length; i++)
        {
            if (s[i] == quote)
            {
                if (!open && !may) irregular = 1;
                open = !open;
            }

            may = s[i] == quote || s[i] == delimiter || s[i] == '\n';
        }

        if (irregular != 0) return -1;

        // Backwards: whether a place is inside is now known from the end.
        for (int i = s.Length - 1; i >= 0; i--)
        {
            if (s[i] == quote) open = !open;
            else if (s[i] == '\n' && !open) return i + 1;
        }

        return 0;
    }
}
