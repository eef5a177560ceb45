using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions.Aggregates;

[Aggregate("JSON_ARRAYAGG", "JSON_ARRAYAGG(value [{ NULL | ABSENT } ON NULL])", Doc = "A JSON array of the values in order of arrival; NULLs are left out unless NULL ON NULL.")]
public sealed class JsonArrayAgg : AggregateFunction
{
    // The values are JSON texts already.
    public override ResolvedCall? Resolve(ImmutableArray<SqlType> arguments) =>
        arguments is [{ IsText: true } type] ? new ResolvedCall(Name, [SqlType.String.WithNullable(type.Nullable)], SqlType.String.NotNull) : null;

    public override Aggregate Bind(AggregateCall call) => call.Type.IsText && call.ArgumentTypes is [{ IsText: true }] ? new Texts(call) : throw Unknown(call);

    private sealed class Texts(AggregateCall call) : ListedAggregate(call, nulls: true)
    {
        private byte[] _json = new byte[256];

        protected override void Write(ReadOnlySpan<byte> list, ColumnBuilder to)
        {
            // NULL takes four letters and a comma where its entry has two bytes.
            if (_json.Length < (3 * list.Length) + 2) _json = new byte[(4 * list.Length) + 2];
            int at = 0;
            _json[at++] = (byte)'[';
            while (list.Length > 0)
            {
                if (at > 1) _json[at++] = (byte)',';
                var entry = Next(ref list);
                var text = Text(ref entry, 0, "null"u8);
                text.CopyTo(_json.AsSpan(at));
                at += text.Length;
            }

            _json[at++] = (byte)']';
            ((TextBuilder)to).Append(_json.AsSpan(0, at));
        }
    }
}
