using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("REGEXP_INSTR", "REGEXP_INSTR(str, regex)", Doc = "The position (1-based) of the first match of the regular expression, 0 if there is none; NULL for a malformed one.", Example = "REGEXP_INSTR('abcd', 'c') = 3")]
public sealed class RegexpInstr : ScalarFunction
{
    public RegexpInstr() => Add(Overload.Of<Kernel, Text, Text, int>(Take.Text, Take.Text, SqlType.Int, true, static _ => new Kernel(new Patterns())));

    private readonly struct Kernel(Patterns patterns) : IBinary<Text, Text, int>
    {
        public bool Invoke(Text a, Text pattern, ref int result)
        {
            if (patterns.Of(pattern.Bytes) is not { } regex) return false;
            foreach (var m in regex.EnumerateMatches(patterns.Chars(a.Bytes)))
            {
                result = m.Index + 1;
                break;
            }

            return true;
        }
    }
}
