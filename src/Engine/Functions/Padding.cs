using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions;

/// <summary>Repeats a text until it fills a number of characters.</summary>
internal static class Padding
{
    public static void Write(ReadOnlySpan<byte> pad, int characters, TextSink to)
    {
        int each = CodePoints.Count(pad);
        for (; characters >= each; characters -= each) to.Append(pad);
        if (characters > 0) to.Append(CodePoints.Slice(pad, 0, characters));
    }
}
