using System.Text;
using System.Text.RegularExpressions;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("SIMILAR TO", "string1 SIMILAR TO string2 [ESCAPE char]", Doc = "Whether the whole text matches a SQL regular expression: % is any text, _ any character, | * + ? {} () [] as usual.", Example = "('abc' SIMILAR TO 'a(b|x)_') = TRUE")]
public sealed class SimilarTo : ScalarFunction
{
    public SimilarTo()
    {
        Add(Overload.Of<Kernel, Text, Text, bool>(Take.Text, Take.Text, SqlType.Boolean, kernel: static _ => new Kernel(new Patterns(p => Translate(p, null)))));
        Add(Overload.Of<Kernel, Text, Text, Text, bool>(Take.Text, Take.Text, Take.Text, SqlType.Boolean,
            kernel: static c => new Kernel(new Patterns(p => Translate(p, c.Constant(2))))));
    }

    private static string Translate(string pattern, string? escape)
    {
        var regex = new StringBuilder("\\A(?s:");
        bool bracket = false;
        for (int i = 0; i < pattern.Length; i++)
        {
            char c = pattern[i];
            if (escape is { Length: 1 } && c == escape[0] && i + 1 < pattern.Length) regex.Append(Regex.Escape(pattern[++i].ToString()));
            else if (bracket)
            {
                regex.Append(c == '\\' ? "\\\\" : c.ToString());
                bracket = c != ']';
            }
            else if (c == '[') (bracket, regex) = (true, regex.Append(c));
            else if (c == '%') regex.Append(".*");
            else if (c == '_') regex.Append('.');
            else if (c is '|' or '*' or '+' or '?' or '{' or '}' or '(' or ')' or ',' or '.' || char.IsLetterOrDigit(c)) regex.Append(c);
            else regex.Append(Regex.Escape(c.ToString()));
        }

        return regex.Append(")\\z").ToString();
    }

    private readonly struct Kernel(Patterns patterns) : IBinary<Text, Text, bool>, ITernary<Text, Text, Text, bool>
    {
        public bool Invoke(Text a, Text b, ref bool result)
        {
            var regex = patterns.Of(b.Bytes) ?? throw new EvaluationException($"not a pattern of SIMILAR TO: '{Encoding.UTF8.GetString(b.Bytes)}'");
            result = regex.IsMatch(patterns.Chars(a.Bytes));
            return true;
        }

        public bool Invoke(Text a, Text b, Text c, ref bool result) => Invoke(a, b, ref result);
    }
}
