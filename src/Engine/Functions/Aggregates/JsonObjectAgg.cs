using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Functions.Json;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions.Aggregates;

[Aggregate("JSON_OBJECTAGG", "JSON_OBJECTAGG([KEY] key VALUE value [{ NULL | ABSENT } ON NULL])", Doc = "A JSON object of keys and values, in the order of its names; a key that comes twice is an error.")]
public sealed class JsonObjectAgg : AggregateFunction
{
    // The values are JSON texts already.
    public override ResolvedCall? Resolve(ImmutableArray<SqlType> arguments) =>
        arguments is [{ IsText: true } key, { IsText: true } value]
            ? new ResolvedCall(Name, [SqlType.String.WithNullable(key.Nullable), SqlType.String.WithNullable(value.Nullable)], SqlType.String.NotNull) : null;

    public override Aggregate Bind(AggregateCall call) => call.Type.IsText && call.ArgumentTypes is [{ IsText: true }, { IsText: true }] ? new Members(call) : throw Unknown(call);

    private sealed class Members(AggregateCall call) : ListedAggregate(call, nulls: true)
    {
        private readonly ArrayBufferWriter<byte> _json = new();

        protected override void Write(ReadOnlySpan<byte> list, ColumnBuilder to)
        {
            var members = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
            while (list.Length > 0)
            {
                var entry = Next(ref list);
                if (Call.ArgumentTypes[0].Nullable && entry[0] != 0) throw new EvaluationException("Null keys are not allowed in JSON_OBJECTAGG");
                string key = Encoding.UTF8.GetString(Text(ref entry, 0));
                if (!members.TryAdd(key, Text(ref entry, 1, "null"u8).ToArray())) throw new EvaluationException($"Key '{key}' already exists in JSON_OBJECTAGG");
            }

            _json.ResetWrittenCount();
            using (var writer = JsonOutput.Writer(_json))
            {
                writer.WriteStartObject();
                foreach (var (key, value) in members)
                {
                    writer.WritePropertyName(key);
                    writer.WriteRawValue(value, true);
                }

                writer.WriteEndObject();
            }

            ((TextBuilder)to).Append(_json.WrittenSpan);
        }
    }
}
