using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Functions.Json;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("JSON", "JSON(string)", Doc = "A JSON text as it is, within JSON_OBJECT and JSON_ARRAY; blank is NULL.", Example = "JSON_ARRAY(JSON('{\"a\": 1}')) = '[{\"a\":1}]'")]
public sealed class Json : NestedFunction
{
    protected override bool MayBeNull => true;

    protected override (ImmutableArray<SqlType> Arguments, SqlType Result)? Types(ImmutableArray<SqlType> given) =>
        given is [var text] && Take.Text(text) is not null ? ([SqlType.String], SqlType.String) : null;

    protected override Node Make(BoundCall call) => Node(call, new Kernel(new ArrayBufferWriter<byte>()));

    private readonly struct Kernel(ArrayBufferWriter<byte> text) : INested
    {
        public void Invoke(Column[] arguments, int row, ColumnBuilder to)
        {
            var json = ((TextColumn)arguments[0])[row].Trim(" \t\r\n"u8);
            if (json.IsEmpty)
            {
                to.AppendNulls(1);
                return;
            }

            text.ResetWrittenCount();
            try
            {
                using var document = JsonDocument.Parse(json.ToArray());
                using var writer = JsonOutput.Writer(text);
                JsonOutput.Write(document.RootElement, writer);
            }
            catch (JsonException e)
            {
                throw new EvaluationException($"Invalid JSON string in JSON(value) function: {e.Message}");
            }

            ((TextBuilder)to).Append(text.WrittenSpan);
        }
    }
}
