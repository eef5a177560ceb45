using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("UNHEX", "UNHEX(expr)", Doc = "The bytes that hexadecimal digits stand for; NULL if they are none.", Example = "UNHEX('466C696E6B') = x'466C696E6B'")]
public sealed class Unhex : ScalarFunction
{
    public Unhex() => Add(Overload.Of<Kernel, Text, TextSink>(Take.Text, SqlType.Bytes, true));

    private readonly struct Kernel : IUnary<Text, TextSink>
    {
        public bool Invoke(Text a, ref TextSink result)
        {
            var digits = a.Bytes;
            if (digits.Length % 2 != 0)
            {
                // Of an odd number of digits Flink drops the first one, which must still be a digit.
                if (!char.IsAsciiHexDigit((char)digits[0])) return false;
                result.Append((byte)0);
                digits = digits[1..];
            }

            bool ok = Convert.FromHexString(digits, result.Room(digits.Length / 2), out _, out int n) == System.Buffers.OperationStatus.Done;
            result.Advance(n);
            return ok;
        }
    }
}
