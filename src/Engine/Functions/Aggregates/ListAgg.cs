using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

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

    /// <summary>The record holds the list so far, the separator, and, as wide, whether there is a list.</summary>
    private sealed unsafe class Texts(AggregateCall call) : Aggregate(call)
    {
        private const int Width = 16;
        private byte[] _joined = new byte[256];

        public override ImmutableArray<SqlType> State { get; } = [SqlType.String.NotNull, SqlType.String.NotNull, SqlType.Decimal(38, 0).NotNull];

        public override ImmutableArray<SqlType> Partial { get; } = [SqlType.String, SqlType.String.NotNull];

        public override void Add(StoredTable table, Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<nint> records)
        {
            var texts = (TextColumn)batch.Columns[Call.Arguments[0]];
            var separators = Call.Arguments.Length > 1 ? (TextColumn)batch.Columns[Call.Arguments[1]] : null;
            for (int i = 0; i < rows.Length; i++)
            {
                if (texts.IsNull(rows[i])) continue;
                Append(table, records[i], texts[rows[i]], separators is null ? ","u8 : separators.IsNull(rows[i]) ? default : separators[rows[i]]);
            }
        }

        public override void MergePartial(StoredTable table, Batch batch, int first, ReadOnlySpan<int> rows, ReadOnlySpan<nint> records)
        {
            TextColumn texts = (TextColumn)batch.Columns[first], separators = (TextColumn)batch.Columns[first + 1];
            for (int i = 0; i < rows.Length; i++) if (!texts.IsNull(rows[i])) Append(table, records[i], texts[rows[i]], separators[rows[i]]);
        }

        public override void Merge(StoredTable table, ReadOnlySpan<nint> records, StoredTable fromTable, ReadOnlySpan<nint> from)
        {
            for (int i = 0; i < records.Length; i++) if (Known(from[i])) Append(table, records[i], fromTable.ValueText(from[i], Field), fromTable.ValueText(from[i], Field + 1));
        }

        public override void WritePartial(StoredTable table, ReadOnlySpan<nint> records, BatchBuilder to, int first)
        {
            WriteResult(table, records, to.Columns[first]);
            foreach (nint r in records) to.Text(first + 1).Append(table.ValueText(r, Field + 1));
        }

        public override void WriteResult(StoredTable table, ReadOnlySpan<nint> records, ColumnBuilder to)
        {
            var builder = (TextBuilder)to;
            foreach (nint r in records)
            {
                if (Known(r)) builder.Append(table.ValueText(r, Field));
                else builder.AppendNulls(1);
            }
        }

        private bool Known(nint record) => *(long*)(record + Offset + (2 * Width)) != 0;

        private void Append(StoredTable table, nint record, ReadOnlySpan<byte> text, ReadOnlySpan<byte> separator)
        {
            if (!Known(record))
            {
                *(long*)(record + Offset + (2 * Width)) = 1;
                table.SetValueText(record, Field + 1, separator);
                table.SetValueText(record, Field, text);
                return;
            }

            // What lies in the record may move when it is written: the new list is put together outside.
            var list = table.ValueText(record, Field);
            int length = list.Length + separator.Length + text.Length;
            if (_joined.Length < length) _joined = new byte[length * 2];
            list.CopyTo(_joined);
            separator.CopyTo(_joined.AsSpan(list.Length));
            text.CopyTo(_joined.AsSpan(list.Length + separator.Length));
            table.SetValueText(record, Field, _joined.AsSpan(0, length));
        }
    }
}
