using System.Text;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("INITCAP", "INITCAP(string)", Doc = "Each word (a run of letters and digits) with its first letter in upper case and the others in lower case.", Example = "INITCAP('hello WORLD') = 'Hello World'")]
public sealed class InitCap : ScalarFunction
{
    public InitCap() => Add(Overload.Of<Kernel, Text, TextSink>(Take.Text, SqlType.String));

    private readonly struct Kernel : IUnary<Text, TextSink>
    {
        public bool Invoke(Text a, ref TextSink result)
        {
            var text = a.Bytes;
            bool inside = false;
            while (!text.IsEmpty)
            {
                Rune.DecodeFromUtf8(text, out var rune, out int taken);
                var mapped = inside ? Rune.ToLowerInvariant(rune) : Rune.ToUpperInvariant(rune);
                result.Advance(mapped.EncodeToUtf8(result.Room(4)));
                inside = Rune.IsLetterOrDigit(rune);
                text = text[taken..];
            }

            return true;
        }
    }
}
