using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("ASCII", "ASCII(string)", Doc = "The first byte of the text as a number, 0 for an empty one.", Example = "ASCII('abc') = 97")]
public sealed class AsciiCode : ScalarFunction
{
    public AsciiCode() => Add(Overload.Of<Kernel, Text, int>(Take.Text, SqlType.Int));

    private readonly struct Kernel : IUnary<Text, int>
    {
        public bool Invoke(Text a, ref int result)
        {
            result = a.Bytes.IsEmpty ? 0 : (sbyte)a.Bytes[0];
            return true;
        }
    }
}
