using System.Text;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions;

/// <summary>The character sets of ENCODE and DECODE, by Java's names.</summary>
internal static class CharacterSets
{
    private static readonly Encoding Utf8 = new UTF8Encoding(false);
    private static readonly Encoding BigEndian = new UnicodeEncoding(true, false);
    private static readonly Encoding LittleEndian = new UnicodeEncoding(false, false);

    // Java's UTF-16 writes a byte order mark.
    private static readonly Encoding Marked = new UnicodeEncoding(true, true);

    /// <exception cref="EvaluationException">no such set.</exception>
    public static Encoding Find(ReadOnlySpan<byte> name)
    {
        if (Ascii.EqualsIgnoreCase(name, "UTF-8"u8)) return Utf8;
        if (Ascii.EqualsIgnoreCase(name, "US-ASCII"u8)) return Encoding.ASCII;
        if (Ascii.EqualsIgnoreCase(name, "ISO-8859-1"u8)) return Encoding.Latin1;
        if (Ascii.EqualsIgnoreCase(name, "UTF-16BE"u8)) return BigEndian;
        if (Ascii.EqualsIgnoreCase(name, "UTF-16LE"u8)) return LittleEndian;
        if (Ascii.EqualsIgnoreCase(name, "UTF-16"u8)) return Marked;
        throw new EvaluationException($"no character set '{Encoding.UTF8.GetString(name)}'");
    }
}
