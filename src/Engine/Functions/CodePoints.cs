using System.Text;

namespace OrleansStream.Engine.Functions;

/// <summary>Positions in UTF-8 counted by code points, as SQL counts characters.</summary>
internal static class CodePoints
{
    public static int Count(ReadOnlySpan<byte> text)
    {
        int n = 0;
        foreach (byte b in text) n += (b & 0xC0) != 0x80 ? 1 : 0;
        return n;
    }

    /// <summary>Byte offset of a code point; the text's length when it has fewer.</summary>
    public static int Offset(ReadOnlySpan<byte> text, int index)
    {
        if (index <= 0) return 0;
        for (int i = 0; i < text.Length; i++) if ((text[i] & 0xC0) != 0x80 && index-- == 0) return i;
        return text.Length;
    }

    /// <summary>Code points [start, start + length).</summary>
    public static ReadOnlySpan<byte> Slice(ReadOnlySpan<byte> text, int start, int length)
    {
        // Most texts are ASCII: there a code point is a byte.
        if (Ascii.IsValid(text))
        {
            start = Math.Min(start, text.Length);
            return text.Slice(start, Math.Min(length, text.Length - start));
        }

        text = text[Offset(text, start)..];
        return text[..Offset(text, length)];
    }

    /// <summary>Bytes of the code point that begins at <paramref name="at"/>.</summary>
    public static int Length(ReadOnlySpan<byte> text, int at)
    {
        int n = 1;
        while (at + n < text.Length && (text[at + n] & 0xC0) == 0x80) n++;
        return n;
    }

    /// <summary>1-based position of a part, from 1-based position <paramref name="from"/> on; 0 = absent.</summary>
    public static int Find(ReadOnlySpan<byte> text, ReadOnlySpan<byte> part, int from = 1)
    {
        int start = Offset(text, from - 1);
        int at = text[start..].IndexOf(part);
        return at < 0 ? 0 : Count(text[..(start + at)]) + 1;
    }

    public static ReadOnlySpan<byte> TrimStart(ReadOnlySpan<byte> text, ReadOnlySpan<byte> characters)
    {
        while (!text.IsEmpty)
        {
            int n = Length(text, 0);
            if (!Contains(characters, text[..n])) break;
            text = text[n..];
        }

        return text;
    }

    public static ReadOnlySpan<byte> TrimEnd(ReadOnlySpan<byte> text, ReadOnlySpan<byte> characters)
    {
        while (!text.IsEmpty)
        {
            int at = text.Length - 1;
            while (at > 0 && (text[at] & 0xC0) == 0x80) at--;
            if (!Contains(characters, text[at..])) break;
            text = text[..at];
        }

        return text;
    }

    // UTF-8 is self-synchronising: a code point's bytes are found only where it stands.
    private static bool Contains(ReadOnlySpan<byte> characters, ReadOnlySpan<byte> one) => !one.IsEmpty && characters.IndexOf(one) >= 0;
}
