using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("REGEXP", "REGEXP(str, regex)", Doc = "Whether the text has a part that matches the regular expression.", Example = "REGEXP('abc', 'b+') = TRUE")]
public sealed class Regexp : ScalarFunction
{
    public Regexp() => Add(Overload.Of<Kernel, Text, Text, bool>(Take.Text, Take.Text, SqlType.Boolean, kernel: static _ => new Kernel(new Patterns())));

    private readonly struct Kernel(Patterns patterns) : IBinary<Text, Text, bool>
    {
        public bool Invoke(Text a, Text pattern, ref bool result)
        {
            result = patterns.Of(pattern.Bytes) is { } regex && regex.IsMatch(patterns.Chars(a.Bytes));
            return true;
        }
    }
}
