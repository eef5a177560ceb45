using System.Text;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("LOWER", "LOWER(string)", Doc = "The text in lower case.", Example = "LOWER('ABC') = 'abc'")]
public sealed class Lower : ScalarFunction
{
    public Lower() => Add(Overload.Of<Kernel, Text, TextSink>(Take.Text, SqlType.String));

    private readonly struct Kernel : IUnary<Text, TextSink>
    {
        public bool Invoke(Text a, ref TextSink result)
        {
            var bytes = a.Bytes;
            var room = result.Room(bytes.Length);
            if (Ascii.ToLower(bytes, room, out int n) == System.Buffers.OperationStatus.Done) result.Advance(n);
            else CaseMapping.Write(bytes, false, result);
            return true;
        }
    }
}
