using System.Buffers;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using OrleansStream.Columns;

namespace OrleansStream.Connectors.Formats.Json;

/// <summary>Strings of JSON text: decoded into a builder or a scratch buffer, escapes and surrogates included. Results as in <see cref="JsonScan"/>.</summary>
internal static class JsonText
{
    /// <summary>Appends the string whose first byte after the quote is at <paramref name="p"/>; gives the position after it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Append(ReadOnlySpan<byte> s, int p, TextBuilder to)
    {
        int end = JsonScan.StringEnd(s, p, out bool high);
        if (s[end] != '"' || high) return AppendSlow(s, p, end, to);
        to.Append(ref Unsafe.Add(ref MemoryMarshal.GetReference(s), p), end - p, s.Length - p);
        return end + 1;
    }

    private static int AppendSlow(ReadOnlySpan<byte> s, int p, int stop, TextBuilder to)
    {
        if (s[stop] == '"')
        {
            if (!Utf8.IsValid(s[p..stop])) return ~p;
            to.Append(s[p..stop]);
            return stop + 1;
        }

        if (s[stop] != '\\') return ~stop;
        int end = JsonScan.SkipString(s, stop);
        if (end < 0) return end;
        var room = to.Open(end - p);
        int length = Unescape(s[p..(end - 1)], room);
        if (!Utf8.IsValid(room[..length])) return ~p;
        to.Commit(length);
        return end;
    }

    /// <summary>The string's value as a span: of the text itself, or of <paramref name="scratch"/> when it has escapes. Its end is in <paramref name="end"/>, negative = no string.</summary>
    public static ReadOnlySpan<byte> Read(ReadOnlySpan<byte> s, int p, scoped ref byte[] scratch, out int end)
    {
        int stop = JsonScan.StringEnd(s, p, out _);
        if (s[stop] == '"')
        {
            end = stop + 1;
            return s[p..stop];
        }

        end = s[stop] == '\\' ? JsonScan.SkipString(s, stop) : ~stop;
        if (end < 0) return default;
        if (scratch.Length < end - p) scratch = new byte[end - p];
        return scratch.AsSpan(0, Unescape(s[p..(end - 1)], scratch));
    }

    // Escapes are valid (SkipString has seen them). A surrogate without its other half becomes '?', as where Java encodes it.
    private static int Unescape(ReadOnlySpan<byte> from, Span<byte> to)
    {
        int n = 0;
        while (true)
        {
            int plain = from.IndexOf((byte)'\\');
            if (plain < 0) plain = from.Length;
            from[..plain].CopyTo(to[n..]);
            n += plain;
            if (plain == from.Length) return n;
            byte c = from[plain + 1];
            if (c != 'u')
            {
                to[n++] = c switch { (byte)'b' => 8, (byte)'f' => 12, (byte)'n' => 10, (byte)'r' => 13, (byte)'t' => 9, _ => c };
                from = from[(plain + 2)..];
                continue;
            }

            int code = Hex(from[(plain + 2)..]);
            from = from[(plain + 6)..];
            if (char.IsHighSurrogate((char)code) && from is [(byte)'\\', (byte)'u', ..] && Hex(from[2..]) is int low && char.IsLowSurrogate((char)low))
            {
                code = char.ConvertToUtf32((char)code, (char)low);
                from = from[6..];
            }

            n += (Rune.TryCreate(code, out var rune) ? rune : new Rune('?')).EncodeToUtf8(to[n..]);
        }
    }

    private static int Hex(ReadOnlySpan<byte> s) => Utf8Parser.TryParse(s[..4], out ushort code, out _, 'X') ? code : 0;

    /// <summary>The value at [p, end) without space between its tokens and with as few escapes as can be: what a STRING column gets from an object or array.</summary>
    public static void Minify(ReadOnlySpan<byte> s, int p, int end, ArrayBufferWriter<byte> to, ref byte[] scratch)
    {
        var w = new ByteWriter(to);
        while (p < end)
        {
            if (s[p] == '"')
            {
                JsonEncoder.Text(ref w, Read(s, p + 1, ref scratch, out p));
                continue;
            }

            if (s[p] > ' ') w.Byte(s[p]);
            p++;
        }

        w.Flush();
    }
}
