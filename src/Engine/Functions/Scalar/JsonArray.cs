using System.Buffers;
using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Functions.Json;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("JSON_ARRAY", "JSON_ARRAY([value] … [{ NULL | ABSENT } ON NULL])", Nulls = NullRule.Called, Doc = "A JSON array of these values; NULLs are left out unless NULL ON NULL.", Example = "JSON_ARRAY(1, 'a') = '[1,\"a\"]'")]
public sealed class JsonArray : NestedFunction
{
    // What NULLs do, then JSON texts.
    protected override (ImmutableArray<SqlType> Arguments, SqlType Result)? Types(ImmutableArray<SqlType> given) =>
        given.Length > 0 && given.All(t => Take.Text(t) is not null) ? ([.. given.Select(_ => SqlType.String)], SqlType.String.NotNull) : null;

    protected override Node Make(BoundCall call) => Node(call, new Kernel(new ArrayBufferWriter<byte>(), call.Constant(0) != "NULL"), strict: false);

    private readonly struct Kernel(ArrayBufferWriter<byte> text, bool absent) : INested
    {
        public void Invoke(Column[] arguments, int row, ColumnBuilder to)
        {
            text.ResetWrittenCount();
            using (var writer = JsonOutput.Writer(text))
            {
                writer.WriteStartArray();
                for (int i = 1; i < arguments.Length; i++)
                {
                    if (!arguments[i].IsNull(row)) writer.WriteRawValue(((TextColumn)arguments[i])[row], true);
                    else if (!absent) writer.WriteNullValue();
                }

                writer.WriteEndArray();
            }

            ((TextBuilder)to).Append(text.WrittenSpan);
        }
    }
}
