using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("REGEXP_REPLACE", "REGEXP_REPLACE(str, regex, replacement)", Doc = "The text with every match of the regular expression replaced; NULL for a malformed one. $1 in the replacement is the first group.", Example = "REGEXP_REPLACE('foobar', 'oo|ar', '') = 'fb'")]
public sealed class RegexpReplace : ScalarFunction
{
    public RegexpReplace() => Add(Overload.Of<Kernel, Text, Text, Text, TextSink>(Take.Text, Take.Text, Take.Text, SqlType.String, true, static _ => new Kernel(new Patterns())));

    private readonly struct Kernel(Patterns patterns) : ITernary<Text, Text, Text, TextSink>
    {
        public bool Invoke(Text a, Text pattern, Text by, ref TextSink result)
        {
            if (patterns.Of(pattern.Bytes) is not { } regex) return false;
            var chars = patterns.Chars(a.Bytes);
            if (by.Bytes.IndexOf((byte)'$') < 0 && by.Bytes.IndexOf((byte)'\\') < 0)
            {
                int from = 0;
                foreach (var m in regex.EnumerateMatches(chars))
                {
                    Patterns.Append(chars[from..m.Index], result);
                    result.Append(by.Bytes);
                    from = m.Index + m.Length;
                }

                Patterns.Append(chars[from..], result);
                return true;
            }

            Patterns.Append(regex.Replace(chars.ToString(), System.Text.Encoding.UTF8.GetString(by.Bytes)), result);
            return true;
        }
    }
}
