using System.Buffers;
using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Functions.Aggregates;

/// <summary>
/// Aggregates that keep the values themselves, in order of arrival: the record holds one list, entry after entry (length, then the arguments as <see cref="CellBytes"/>).
/// Taking a row back removes the first entry like it, as Flink does; one that is not there is ignored.
/// </summary>
/// <param name="nulls">whether rows whose first argument is NULL are kept.</param>
internal abstract class ListedAggregate(AggregateCall call, bool nulls = false) : Aggregate(call)
{
    private readonly ArrayBufferWriter<byte> _entry = new();
    private readonly ArrayBufferWriter<byte> _list = new();

    public override ImmutableArray<SqlType> State { get; } = [SqlType.Bytes.NotNull];

    public override ImmutableArray<SqlType> Partial => State;

    public override bool Retracts => true;

    public override bool RetractsInParts => false;

    public override void Add(StoredTable table, Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<nint> records)
    {
        var first = batch.Columns[Call.Arguments[0]];
        _list.ResetWrittenCount();
        for (int i = 0; i < rows.Length; i++)
        {
            if (nulls || !first.IsNull(rows[i]))
            {
                Entry(batch, rows[i]);
                CellBytes.Length(_list, _entry.WrittenCount);
                _list.Write(_entry.WrittenSpan);
            }

            // Rows of one group that follow each other are appended at once.
            if (_list.WrittenCount == 0 || (i + 1 < rows.Length && records[i + 1] == records[i])) continue;
            table.AppendValueText(records[i], Field, _list.WrittenSpan);
            _list.ResetWrittenCount();
        }
    }

    public override void Retract(StoredTable table, Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<nint> records)
    {
        var first = batch.Columns[Call.Arguments[0]];
        for (int i = 0; i < rows.Length; i++)
        {
            if (!nulls && first.IsNull(rows[i])) continue;
            Entry(batch, rows[i]);
            Remove(table, records[i]);
        }
    }

    public override void MergePartial(StoredTable table, Batch batch, int first, ReadOnlySpan<int> rows, ReadOnlySpan<nint> records)
    {
        var lists = (TextColumn)batch.Columns[first];
        for (int i = 0; i < rows.Length; i++) if (lists[rows[i]].Length > 0) table.AppendValueText(records[i], Field, lists[rows[i]]);
    }

    public override void Merge(StoredTable table, ReadOnlySpan<nint> records, StoredTable fromTable, ReadOnlySpan<nint> from)
    {
        for (int i = 0; i < records.Length; i++)
        {
            // Out of the other record first: the two may lie in one page's heap.
            _list.ResetWrittenCount();
            _list.Write(fromTable.ValueText(from[i], Field));
            if (_list.WrittenCount > 0) table.AppendValueText(records[i], Field, _list.WrittenSpan);
        }
    }

    public override void WritePartial(StoredTable table, ReadOnlySpan<nint> records, BatchBuilder to, int first)
    {
        foreach (nint r in records) to.Text(first).Append(table.ValueText(r, Field));
    }

    public override void WriteResult(StoredTable table, ReadOnlySpan<nint> records, ColumnBuilder to)
    {
        foreach (nint r in records) Write(table.ValueText(r, Field), to);
    }

    /// <summary>Appends the result of a list; take entries off it with <see cref="Next"/>.</summary>
    protected abstract void Write(ReadOnlySpan<byte> list, ColumnBuilder to);

    /// <summary>Takes the first entry off a list that is not empty.</summary>
    protected static ReadOnlySpan<byte> Next(ref ReadOnlySpan<byte> list)
    {
        int length = CellBytes.Length(ref list);
        var entry = list[..length];
        list = list[length..];
        return entry;
    }

    /// <summary>Appends an entry's argument, the first of what is left of it, to a builder whose type may allow NULL where the argument's does not.</summary>
    protected ReadOnlySpan<byte> Value(ReadOnlySpan<byte> entry, int argument, ColumnBuilder to)
    {
        if (!Call.ArgumentTypes[argument].Nullable) return CellBytes.ReadPresent(entry, to);
        if (entry[0] == 0) return CellBytes.ReadPresent(entry[1..], to);
        to.AppendNulls(1);
        return entry[1..];
    }

    /// <summary>Takes a text argument off an entry; <paramref name="ifNull"/> for NULL.</summary>
    protected ReadOnlySpan<byte> Text(ref ReadOnlySpan<byte> entry, int argument, ReadOnlySpan<byte> ifNull = default)
    {
        if (Call.ArgumentTypes[argument].Nullable)
        {
            bool isNull = entry[0] != 0;
            entry = entry[1..];
            if (isNull) return ifNull;
        }

        int length = CellBytes.Length(ref entry);
        var text = entry[..length];
        entry = entry[length..];
        return text;
    }

    private void Entry(Batch batch, int row)
    {
        _entry.ResetWrittenCount();
        for (int a = 0; a < Call.Arguments.Length; a++) CellBytes.Write(batch.Columns[Call.Arguments[a]], Call.ArgumentTypes[a], row, _entry);
    }

    private void Remove(StoredTable table, nint record)
    {
        var list = table.ValueText(record, Field);
        for (var rest = list; rest.Length > 0;)
        {
            int start = list.Length - rest.Length;
            if (!Next(ref rest).SequenceEqual(_entry.WrittenSpan)) continue;
            _list.ResetWrittenCount();
            _list.Write(list[..start]);
            _list.Write(rest);
            table.SetValueText(record, Field, _list.WrittenSpan);
            return;
        }
    }
}

/// <summary>FIRST_VALUE and LAST_VALUE where rows may be taken back, or values are nested.</summary>
internal sealed class ListedEnd(AggregateCall call, bool last) : ListedAggregate(call)
{
    protected override void Write(ReadOnlySpan<byte> list, ColumnBuilder to)
    {
        if (list.IsEmpty)
        {
            to.AppendNulls(1);
            return;
        }

        var entry = Next(ref list);
        while (last && list.Length > 0) entry = Next(ref list);

        Value(entry, 0, to);
    }
}
