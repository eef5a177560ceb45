using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("JSON_QUOTE", "JSON_QUOTE(string)", Doc = "A text as a JSON string: in quotes, with escapes.", Example = "JSON_QUOTE('a/b') = '\"a\\/b\"'")]
public sealed class JsonQuote : ScalarFunction
{
    public JsonQuote() => Add(Overload.Of<Kernel, Text, TextSink>(Take.Text, SqlType.String));

    private readonly struct Kernel : IUnary<Text, TextSink>
    {
        public bool Invoke(Text text, ref TextSink result)
        {
            result.Append((byte)'"');
            foreach (char c in System.Text.Encoding.UTF8.GetString(text.Bytes)) Escape(c, result);
            result.Append((byte)'"');
            return true;
        }

        private static void Escape(char c, TextSink to)
        {
            int at = "\"\\/\b\f\n\r\t".IndexOf(c, StringComparison.Ordinal);
            if (at >= 0)
            {
                to.Append((byte)'\\');
                to.Append((byte)"\"\\/bfnrt"[at]);
            }
            else if (c is >= ' ' and < (char)0x7F) to.Append((byte)c);
            else to.Append(System.Text.Encoding.UTF8.GetBytes($"\\u{(int)c:x4}"));
        }
    }
}
