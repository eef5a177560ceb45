using System.Text;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("SPLIT_INDEX", "SPLIT_INDEX(string1, string2, integer1)", Doc = "The part (0-based) of the first text between occurrences of the second; NULL if there is none of that number.", Example = "SPLIT_INDEX('a,b,c', ',', 1) = 'b'")]
public sealed class SplitIndex : ScalarFunction
{
    public SplitIndex()
    {
        Add(Overload.Of<Kernel, Text, Text, int, TextSink>(Take.Text, Take.Text, Take.Int, SqlType.String, true));
        Add(Overload.Of<Character, Text, int, int, TextSink>(Take.Text, Take.Int, Take.Int, SqlType.String, true));
    }

    private readonly struct Kernel : ITernary<Text, Text, int, TextSink>
    {
        public bool Invoke(Text a, Text separator, int index, ref TextSink result)
        {
            return Write(a, separator.Bytes, index, result);
        }
    }

    private readonly struct Character : ITernary<Text, int, int, TextSink>
    {
        public bool Invoke(Text a, int separator, int index, ref TextSink result)
        {
            Span<byte> one = stackalloc byte[4];
            return separator is > 0 and < 256 && Write(a, one[..new Rune(separator).EncodeToUtf8(one)], index, result);
        }
    }

    private static bool Write(Text source, ReadOnlySpan<byte> separator, int index, TextSink to)
    {
        var text = source.Bytes;
        if (index < 0 || text.IsEmpty) return false;
        for (; ; index--)
        {
            int end = separator.IsEmpty ? -1 : text.IndexOf(separator);
            if (index == 0)
            {
                to.Share(source, end < 0 ? text : text[..end]);
                return true;
            }

            if (end < 0) return false;
            text = text[(end + separator.Length)..];
        }
    }
}
