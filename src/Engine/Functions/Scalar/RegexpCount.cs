using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("REGEXP_COUNT", "REGEXP_COUNT(str, regex)", Doc = "How many parts of the text match the regular expression; NULL for a malformed one.", Example = "REGEXP_COUNT('abab', 'ab') = 2")]
public sealed class RegexpCount : ScalarFunction
{
    public RegexpCount() => Add(Overload.Of<Kernel, Text, Text, int>(Take.Text, Take.Text, SqlType.Int, true, static _ => new Kernel(new Patterns())));

    private readonly struct Kernel(Patterns patterns) : IBinary<Text, Text, int>
    {
        public bool Invoke(Text a, Text pattern, ref int result)
        {
            if (patterns.Of(pattern.Bytes) is not { } regex) return false;
            result = regex.Count(patterns.Chars(a.Bytes));
            return true;
        }
    }
}
