using System.Buffers;
using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Functions.Json;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("JSON_OBJECT", "JSON_OBJECT([[KEY] key VALUE value] … [{ NULL | ABSENT } ON NULL])", Nulls = NullRule.Called, Doc = "A JSON object of these keys and values, in the order of its names.", Example = "JSON_OBJECT('b' VALUE 1, 'a' VALUE 'x') = '{\"a\":\"x\",\"b\":1}'")]
public sealed class JsonObject : NestedFunction
{
    // What NULLs do, then keys and JSON texts in turn.
    protected override (ImmutableArray<SqlType> Arguments, SqlType Result)? Types(ImmutableArray<SqlType> given) =>
        given.Length % 2 == 1 && given.All(t => Take.Text(t) is not null) ? ([.. given.Select(_ => SqlType.String)], SqlType.String.NotNull) : null;

    protected override Node Make(BoundCall call) => Node(call, new Kernel(new ArrayBufferWriter<byte>(), call.Constant(0) == "ABSENT"), strict: false);

    private readonly struct Kernel(ArrayBufferWriter<byte> text, bool absent) : INested
    {
        public void Invoke(Column[] arguments, int row, ColumnBuilder to)
        {
            var members = new SortedDictionary<string, int>(StringComparer.Ordinal);
            for (int i = 1; i < arguments.Length; i += 2)
            {
                if (arguments[i].IsNull(row)) throw new EvaluationException("Null key of JSON object is not allowed");
                if (!absent || !arguments[i + 1].IsNull(row)) members[System.Text.Encoding.UTF8.GetString(((TextColumn)arguments[i])[row])] = i + 1;
            }

            text.ResetWrittenCount();
            using (var writer = JsonOutput.Writer(text))
            {
                writer.WriteStartObject();
                foreach (var (name, at) in members)
                {
                    writer.WritePropertyName(name);
                    if (arguments[at].IsNull(row)) writer.WriteNullValue();
                    else writer.WriteRawValue(((TextColumn)arguments[at])[row], true);
                }

                writer.WriteEndObject();
            }

            ((TextBuilder)to).Append(text.WrittenSpan);
        }
    }
}
