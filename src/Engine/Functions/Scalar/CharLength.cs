using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("CHAR_LENGTH", "CHAR_LENGTH(string)", Aliases = ["CHARACTER_LENGTH"], Doc = "The number of characters (code points).", Example = "CHAR_LENGTH('abc') = 3")]
public sealed class CharLength : ScalarFunction
{
    public CharLength() => Add(Overload.Of<Kernel, Text, int>(Take.Text, SqlType.Int));

    private readonly struct Kernel : IUnary<Text, int>
    {
        public bool Invoke(Text a, ref int result)
        {
            result = CodePoints.Count(a.Bytes);
            return true;
        }
    }
}
