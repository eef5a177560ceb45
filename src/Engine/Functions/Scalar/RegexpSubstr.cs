using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("REGEXP_SUBSTR", "REGEXP_SUBSTR(str, regex)", Doc = "The part of the text that the regular expression matches first; NULL if there is none.", Example = "REGEXP_SUBSTR('abcd', 'b.') = 'bc'")]
public sealed class RegexpSubstr : ScalarFunction
{
    public RegexpSubstr() => Add(Overload.Of<Kernel, Text, Text, TextSink>(Take.Text, Take.Text, SqlType.String, true, static _ => new Kernel(new Patterns())));

    private readonly struct Kernel(Patterns patterns) : IBinary<Text, Text, TextSink>
    {
        public bool Invoke(Text a, Text pattern, ref TextSink result)
        {
            if (patterns.Of(pattern.Bytes) is not { } regex) return false;
            var chars = patterns.Chars(a.Bytes);
            foreach (var m in regex.EnumerateMatches(chars))
            {
                Patterns.Append(chars.Slice(m.Index, m.Length), result);
                return true;
            }

            return false;
        }
    }
}
