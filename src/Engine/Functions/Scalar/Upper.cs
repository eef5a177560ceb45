using System.Text;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("UPPER", "UPPER(string)", Doc = "The text in upper case.", Example = "UPPER('abc') = 'ABC'")]
public sealed class Upper : ScalarFunction
{
    public Upper() => Add(Overload.Of<Kernel, Text, TextSink>(Take.Text, SqlType.String));

    private readonly struct Kernel : IUnary<Text, TextSink>
    {
        public bool Invoke(Text a, ref TextSink result)
        {
            var bytes = a.Bytes;
            var room = result.Room(bytes.Length);
            if (Ascii.ToUpper(bytes, room, out int n) == System.Buffers.OperationStatus.Done) result.Advance(n);
            else CaseMapping.Write(bytes, true, result);
            return true;
        }
    }
}
