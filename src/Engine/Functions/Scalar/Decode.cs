using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("DECODE", "DECODE(binary, string)", Doc = "The text that bytes stand for in a character set (US-ASCII, ISO-8859-1, UTF-8, UTF-16BE, UTF-16LE, UTF-16).", Example = "DECODE(x'6100', 'UTF-16LE') = 'a'")]
public sealed class Decode : ScalarFunction
{
    public Decode() => Add(Overload.Of<Kernel, Text, Text, TextSink>(Take.Binary, Take.Text, SqlType.String));

    private readonly struct Kernel : IBinary<Text, Text, TextSink>
    {
        public bool Invoke(Text a, Text set, ref TextSink result)
        {
            Patterns.Append(CharacterSets.Find(set.Bytes).GetString(a.Bytes), result);
            return true;
        }
    }
}
