using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("JSON_UNQUOTE", "JSON_UNQUOTE(string)", Doc = "The text that a JSON string stands for; what is no JSON string stays as it is.", Example = "JSON_UNQUOTE('\"a\\tb\"') = JSON_UNQUOTE('\"a\\u0009b\"')")]
public sealed class JsonUnquote : ScalarFunction
{
    public JsonUnquote() => Add(Overload.Of<Kernel, Text, TextSink>(Take.Text, SqlType.String));

    private readonly struct Kernel : IUnary<Text, TextSink>
    {
        public bool Invoke(Text text, ref TextSink result)
        {
            var bytes = text.Bytes;
            if (bytes is not [(byte)'"', .., (byte)'"'] || Unescape(System.Text.Encoding.UTF8.GetString(bytes[1..^1])) is not { } value) result.Append(bytes);
            else result.Append(System.Text.Encoding.UTF8.GetBytes(value));
            return true;
        }

        // Null when an escape is none. A quotation mark within needs none, as in Flink.
        private static string? Unescape(string text)
        {
            var to = new System.Text.StringBuilder(text.Length);
            for (int i = 0; i < text.Length; i++)
            {
                if (text[i] != '\\' || i + 1 == text.Length)
                {
                    to.Append(text[i]);
                    continue;
                }

                int at = "\"\\/bfnrt".IndexOf(text[++i], StringComparison.Ordinal);
                if (at >= 0) to.Append("\"\\/\b\f\n\r\t"[at]);
                else if (text[i] == 'u' && i + 4 < text.Length && ushort.TryParse(text.AsSpan(i + 1, 4), System.Globalization.NumberStyles.AllowHexSpecifier, null, out ushort code))
                {
                    to.Append((char)code);
                    i += 4;
                }
                else return null;
            }

            return to.ToString();
        }
    }
}
