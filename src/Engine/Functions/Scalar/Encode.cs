using System.Text;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("ENCODE", "ENCODE(string1, string2)", Doc = "The text in a character set (US-ASCII, ISO-8859-1, UTF-8, UTF-16BE, UTF-16LE, UTF-16) as bytes.", Example = "ENCODE('a', 'UTF-16LE') = x'6100'")]
public sealed class Encode : ScalarFunction
{
    public Encode() => Add(Overload.Of<Kernel, Text, Text, TextSink>(Take.Text, Take.Text, SqlType.Bytes));

    private readonly struct Kernel : IBinary<Text, Text, TextSink>
    {
        public bool Invoke(Text a, Text set, ref TextSink result)
        {
            var encoding = CharacterSets.Find(set.Bytes);
            string text = Encoding.UTF8.GetString(a.Bytes);
            result.Append(encoding.GetPreamble());
            result.Advance(encoding.GetBytes(text, result.Room(encoding.GetMaxByteCount(text.Length))));
            return true;
        }
    }
}
