using System.Text;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("LIKE", "string1 LIKE string2 [ESCAPE char]", Doc = "Whether the text matches a pattern: % is any text, _ any character; there is no escape unless given.", Example = "('abc' LIKE 'a%') = TRUE")]
public sealed class Like : ScalarFunction
{
    public Like()
    {
        Add(Overload.Of<Kernel, Text, Text, bool>(Take.Text, Take.Text, SqlType.Boolean, kernel: c => new Kernel(Fixed(c.Constant(1), null))));
        Add(Overload.Of<Kernel, Text, Text, Text, bool>(Take.Text, Take.Text, Take.Text, SqlType.Boolean,
            kernel: c => new Kernel(c.IsConstant(2) ? Fixed(c.Constant(1), c.Constant(2)) : null)));
    }

    private static LikePattern? Fixed(string? pattern, string? escape) => pattern is null ? null : new LikePattern(Encoding.UTF8.GetBytes(pattern), Escape(Encoding.UTF8.GetBytes(escape ?? "")));

    private static int Escape(ReadOnlySpan<byte> escape)
    {
        if (escape.IsEmpty) return -1;
        Rune.DecodeFromUtf8(escape, out var rune, out int n);
        return n == escape.Length ? rune.Value : throw new EvaluationException("the escape of LIKE is one character");
    }

    // A pattern that is no constant is read for each row.
    private readonly struct Kernel(LikePattern? pattern) : IBinary<Text, Text, bool>, ITernary<Text, Text, Text, bool>
    {
        public bool Invoke(Text a, Text b, ref bool result)
        {
            result = (pattern ?? new LikePattern(b.Bytes, -1)).Matches(a.Bytes);
            return true;
        }

        public bool Invoke(Text a, Text b, Text c, ref bool result)
        {
            result = (pattern ?? new LikePattern(b.Bytes, Escape(c.Bytes))).Matches(a.Bytes);
            return true;
        }
    }
}
