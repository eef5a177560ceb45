using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("REPLACE", "REPLACE(string1, string2, string3)", Doc = "The first text with every occurrence of the second replaced by the third.", Example = "REPLACE('hello world', 'world', 'flink') = 'hello flink'")]
public sealed class Replace : ScalarFunction
{
    public Replace() => Add(Overload.Of<Kernel, Text, Text, Text, TextSink>(Take.Text, Take.Text, Take.Text, SqlType.String));

    private readonly struct Kernel : ITernary<Text, Text, Text, TextSink>
    {
        public bool Invoke(Text a, Text search, Text by, ref TextSink result)
        {
            var text = a.Bytes;
            var part = search.Bytes;
            if (part.IsEmpty)
            {
                // As Java has it: before each character and at the end.
                for (; !text.IsEmpty; text = text[CodePoints.Length(text, 0)..])
                {
                    result.Append(by.Bytes);
                    result.Append(text[..CodePoints.Length(text, 0)]);
                }

                result.Append(by.Bytes);
                return true;
            }

            for (int at; (at = text.IndexOf(part)) >= 0; text = text[(at + part.Length)..])
            {
                result.Append(text[..at]);
                result.Append(by.Bytes);
            }

            result.Append(text);
            return true;
        }
    }
}
