using System.Text;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("CHR", "CHR(integer)", Doc = "The character of a code from 0 to 255 (larger ones modulo 256); empty for a negative one.", Example = "CHR(97) = 'a'")]
public sealed class Chr : ScalarFunction
{
    public Chr() => Add(Overload.Of<Kernel, long, TextSink>(Take.BigInt, SqlType.String));

    private readonly struct Kernel : IUnary<long, TextSink>
    {
        public bool Invoke(long code, ref TextSink result)
        {
            if (code >= 0) result.Advance(new Rune((int)(code & 255)).EncodeToUtf8(result.Room(4)));
            return true;
        }
    }
}
