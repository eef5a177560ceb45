using System.Text;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions;

/// <summary>Upper and lower case of texts beyond ASCII, code point by code point (invariant culture).</summary>
internal static class CaseMapping
{
    public static void Write(ReadOnlySpan<byte> text, bool upper, TextSink to)
    {
        while (!text.IsEmpty)
        {
            Rune.DecodeFromUtf8(text, out var rune, out int taken);
            var mapped = upper ? Rune.ToUpperInvariant(rune) : Rune.ToLowerInvariant(rune);

            // The one letter that Java maps to two in this direction and .NET does not.
            if (upper && rune.Value == 0xDF) to.Append("SS"u8);
            else to.Advance(mapped.EncodeToUtf8(to.Room(4)));
            text = text[taken..];
        }
    }
}
