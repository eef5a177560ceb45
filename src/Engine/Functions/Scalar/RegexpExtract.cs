using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("REGEXP_EXTRACT", "REGEXP_EXTRACT(str, regex[, extractIndex])", Doc = "The part of the text that the regular expression matches first, or its group of a number; NULL if there is none.", Example = "REGEXP_EXTRACT('foothebar', 'foo(.*?)(bar)', 2) = 'bar'")]
public sealed class RegexpExtract : ScalarFunction
{
    public RegexpExtract()
    {
        Add(Overload.Of<Kernel, Text, Text, TextSink>(Take.Text, Take.Text, SqlType.String, true, static _ => new Kernel(new Patterns())));
        Add(Overload.Of<Group, Text, Text, int, TextSink>(Take.Text, Take.Text, Take.Int, SqlType.String, true, static _ => new Group(new Patterns())));
    }

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

    private readonly struct Group(Patterns patterns) : ITernary<Text, Text, int, TextSink>
    {
        public bool Invoke(Text a, Text pattern, int group, ref TextSink result)
        {
            if (group < 0 || patterns.Of(pattern.Bytes) is not { } regex) return false;
            var match = regex.Match(patterns.Chars(a.Bytes).ToString());
            if (!match.Success || group >= match.Groups.Count || !match.Groups[group].Success) return false;
            Patterns.Append(match.Groups[group].ValueSpan, result);
            return true;
        }
    }
}
