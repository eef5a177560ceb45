using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions.Aggregates;

[Aggregate("LISTAGG", "LISTAGG(expression [, separator])", Doc = "The texts that are not NULL, in order of arrival, with a separator (a comma if not given) between them.")]
public sealed class ListAgg : AggregateFunction
{
    public override ResolvedCall? Resolve(ImmutableArray<SqlType> arguments)
    {
        if (arguments.Length is not (1 or 2) || arguments.Any(a => Take.Text(a) is null)) return null;
        return new ResolvedCall(Name, [.. arguments.Select(a => SqlType.String.WithNullable(a.Nullable))], SqlType.String);
    }

    public override Aggregate Bind(AggregateCall call) => call.Type.IsText && call.Arguments.Length is 1 or 2 ? new Texts(call) : throw Unknown(call);

    private sealed class Texts(AggregateCall call) : ListedAggregate(call)
    {
        private byte[] _joined = new byte[256];

        protected override void Write(ReadOnlySpan<byte> list, ColumnBuilder to)
        {
            if (list.IsEmpty)
            {
                to.AppendNulls(1);
                return;
            }

            // An entry takes at least as much as its text and separator, but for the comma that is not in it.
            if (_joined.Length < 2 * list.Length) _joined = new byte[3 * list.Length];
            int at = 0;
            for (bool first = true; list.Length > 0; first = false)
            {
                var entry = Next(ref list);
                var text = Text(ref entry, 0);
                var separator = Call.Arguments.Length > 1 ? Text(ref entry, 1) : ","u8;
                if (!first) Add(separator, ref at);
                Add(text, ref at);
            }

            ((TextBuilder)to).Append(_joined.AsSpan(0, at));
        }

        private void Add(ReadOnlySpan<byte> part, ref int at)
        {
            part.CopyTo(_joined.AsSpan(at));
            at += part.Length;
        }
    }
}
