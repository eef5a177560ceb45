using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace OrleansStream.Connectors.Formats.Json;

/// <summary>
/// Moves through JSON text. Positions are offsets in a span whose last byte is <c>\n</c>: JSON has no raw line feed inside a record, so every loop ends there.
/// A negative result −1 − p (<c>~p</c>) says that the text is no JSON at p.
/// </summary>
internal static class JsonScan
{
    /// <summary>Deepest nesting that is read, as Jackson's.</summary>
    private const int MaxDepth = 1000;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int SkipSpace(ReadOnlySpan<byte> s, int p)
    {
        byte c = s[p];
        return c > ' ' || c == '\n' ? p : SkipSpaces(s, p);
    }

    private static int SkipSpaces(ReadOnlySpan<byte> s, int p)
    {
        while (s[p] is (byte)' ' or (byte)'\t' or (byte)'\r') p++;
        return p;
    }

    /// <summary>
    /// The first quote, backslash or line feed at or after <paramref name="p"/>. (Other control characters are let through, as by Flink's format.)
    /// </summary>
    /// <param name="high">whether a byte of 128 or more may lie before.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int StringEnd(ReadOnlySpan<byte> s, int p, out bool high)
    {
        high = false;
        ref byte from = ref MemoryMarshal.GetReference(s);
        if (Vector512.IsHardwareAccelerated)
        {
            var seen = Vector512<byte>.Zero;
            for (; p <= s.Length - Vector512<byte>.Count; p += Vector512<byte>.Count)
            {
                var v = Vector512.LoadUnsafe(ref from, (nuint)p);
                ulong stops = (Vector512.Equals(v, Vector512.Create((byte)'"')) | Vector512.Equals(v, Vector512.Create((byte)'\\'))
                    | Vector512.Equals(v, Vector512.Create((byte)'\n'))).ExtractMostSignificantBits();
                seen |= v;
                if (stops == 0) continue;
                high = seen.ExtractMostSignificantBits() != 0;
                return p + BitOperations.TrailingZeroCount(stops);
            }

            high = seen.ExtractMostSignificantBits() != 0;
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            var seen = Vector256<byte>.Zero;
            for (; p <= s.Length - Vector256<byte>.Count; p += Vector256<byte>.Count)
            {
                var v = Vector256.LoadUnsafe(ref from, (nuint)p);
                uint stops = (Vector256.Equals(v, Vector256.Create((byte)'"')) | Vector256.Equals(v, Vector256.Create((byte)'\\'))
                    | Vector256.Equals(v, Vector256.Create((byte)'\n'))).ExtractMostSignificantBits();
                seen |= v;
                if (stops == 0) continue;
                high = seen.ExtractMostSignificantBits() != 0;
                return p + BitOperations.TrailingZeroCount(stops);
            }

            high = seen.ExtractMostSignificantBits() != 0;
        }

        for (; ; p++)
        {
            byte c = s[p];
            if (c is (byte)'"' or (byte)'\\' or (byte)'\n') return p;
            high |= c >= 0x80;
        }
    }

    /// <summary>After the string whose first byte after the quote is at <paramref name="p"/>.</summary>
    public static int SkipString(ReadOnlySpan<byte> s, int p)
    {
        while (true)
        {
            p = StringEnd(s, p, out _);
            byte c = s[p];
            if (c == '"') return p + 1;
            if (c != '\\') return ~p;
            p = SkipEscape(s, p);
            if (p < 0) return p;
        }
    }

    private static int SkipEscape(ReadOnlySpan<byte> s, int p)
    {
        switch (s[p + 1])
        {
            case (byte)'"' or (byte)'\\' or (byte)'/' or (byte)'b' or (byte)'f' or (byte)'n' or (byte)'r' or (byte)'t':
                return p + 2;
            case (byte)'u':
                for (int i = 2; i < 6; i++) if (!char.IsAsciiHexDigit((char)s[p + i])) return ~(p + i);
                return p + 6;
            default:
                return ~(p + 1);
        }
    }

    /// <summary>After the value that starts at <paramref name="p"/> (no space before it).</summary>
    public static int SkipValue(ReadOnlySpan<byte> s, int p, int depth = 0)
    {
        switch (s[p])
        {
            case (byte)'"': return SkipString(s, p + 1);
            case (byte)'{': return depth < MaxDepth ? SkipContainer(s, p, depth, '}') : ~p;
            case (byte)'[': return depth < MaxDepth ? SkipContainer(s, p, depth, ']') : ~p;
            case (byte)'t': return Literal(s, p, "true"u8);
            case (byte)'f': return Literal(s, p, "false"u8);
            case (byte)'n': return Literal(s, p, "null"u8);
            default: return SkipNumber(s, p, out _);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Literal(ReadOnlySpan<byte> s, int p, ReadOnlySpan<byte> word) => s[p..].StartsWith(word) ? p + word.Length : ~p;

    /// <summary>After the number at <paramref name="p"/>.</summary>
    /// <param name="integer">no fraction and no exponent.</param>
    public static int SkipNumber(ReadOnlySpan<byte> s, int p, out bool integer)
    {
        integer = true;
        if (s[p] == '-') p++;
        if (s[p] == '0') p++;
        else
        {
            int q = Digits(s, p);
            if (q == p) return ~p;
            p = q;
        }

        if (s[p] == '.')
        {
            integer = false;
            int q = Digits(s, p + 1);
            if (q == p + 1) return ~q;
            p = q;
        }

        if ((s[p] | 0x20) == 'e')
        {
            integer = false;
            p++;
            if (s[p] is (byte)'+' or (byte)'-') p++;
            int q = Digits(s, p);
            if (q == p) return ~q;
            p = q;
        }

        // "01" or "1x" is no number.
        return s[p] is (byte)',' or (byte)'}' or (byte)']' or <= (byte)' ' ? p : ~p;
    }

    private static int Digits(ReadOnlySpan<byte> s, int p)
    {
        while ((uint)(s[p] - '0') <= 9) p++;
        return p;
    }

    private static int SkipContainer(ReadOnlySpan<byte> s, int p, int depth, char close)
    {
        p = SkipSpace(s, p + 1);
        if (s[p] == close) return p + 1;
        while (true)
        {
            if (close == '}')
            {
                if (s[p] != '"') return ~p;
                p = SkipString(s, p + 1);
                if (p < 0) return p;
                p = SkipSpace(s, p);
                if (s[p] != ':') return ~p;
                p = SkipSpace(s, p + 1);
            }

            p = SkipValue(s, p, depth + 1);
            if (p < 0) return p;
            p = SkipSpace(s, p);
            if (s[p] == close) return p + 1;
            if (s[p] != ',') return ~p;
            p = SkipSpace(s, p + 1);
        }
    }
}
