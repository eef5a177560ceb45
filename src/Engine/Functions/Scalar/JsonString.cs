using System.Buffers;
using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Functions.Json;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("JSON_STRING", "JSON_STRING(value)", Doc = "A value as JSON text; NULL is NULL.", Example = "JSON_STRING(ARRAY[1, 2]) = '[1,2]'")]
public sealed class JsonString : NestedFunction
{
    protected override (ImmutableArray<SqlType> Arguments, SqlType Result)? Types(ImmutableArray<SqlType> given) => given.Length == 1 ? (given, SqlType.String) : null;

    protected override Node Make(BoundCall call) => Node(call, new Kernel(new ArrayBufferWriter<byte>()));

    private readonly struct Kernel(ArrayBufferWriter<byte> text) : INested
    {
        public void Invoke(Column[] arguments, int row, ColumnBuilder to)
        {
            text.ResetWrittenCount();
            using (var writer = JsonOutput.Writer(text)) JsonOutput.Write(arguments[0], row, writer);
            ((TextBuilder)to).Append(text.WrittenSpan);
        }
    }
}
