using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Operators;

/// <summary>
/// Where the columns of one side of a join are: in its input, in the records of its tables (key fields, then all other columns, as sub-key or value), and in the output.
/// </summary>
/// <param name="schema">of the input.</param>
/// <param name="keys">key columns of the input.</param>
/// <param name="first">output column of the input's first column.</param>
/// <param name="unique">columns of which no two rows are equal at a time; none: not known.</param>
internal sealed class SideColumns(Schema schema, ImmutableArray<int> keys, int first, ImmutableArray<int> unique = default)
{
    private static readonly int[] AllRows = [.. Enumerable.Range(0, Batch.MaxRows)];

    private readonly (bool Key, int Field)[] _fields = JoinSide.FieldsOf(schema, keys, JoinSide.Others(schema, keys));
    private readonly int[] _values = UniqueRows.Values(schema, keys, unique);
    private readonly int[] _padded = new int[Batch.MaxRows];

    public int[] Keys { get; } = [.. keys];

    /// <summary>Columns that are no keys.</summary>
    public int[] Others { get; } = JoinSide.Others(schema, keys);

    /// <summary>Columns that with the keys tell rows of a Map table apart: the others of a multiset, or those of the unique key.</summary>
    public int[] SubKeys { get; } = UniqueRows.SubKeys(schema, keys, unique);

    /// <summary>Columns that are values in a Map table, the first ones.</summary>
    public ReadOnlySpan<int> Values => _values;

    /// <summary>Positions of the rows that count; without those that have a NULL in their key, if <paramref name="withKeys"/>.</summary>
    public int Rows(Batch batch, bool withKeys, int[] rows)
    {
        var selected = batch.Selection is { } s ? s.Rows : AllRows.AsSpan(0, batch.Length);
        selected.CopyTo(rows);
        return withKeys ? WithKeys(batch, rows, selected.Length) : selected.Length;
    }

    /// <summary>Keeps those of the first <paramref name="count"/> positions whose rows have no NULL in their key; gives their number.</summary>
    public int WithKeys(Batch batch, Span<int> rows, int count)
    {
        foreach (int k in Keys)
        {
            var nulls = batch.Columns[k].Nulls;
            if (!nulls.Any) continue;
            int kept = 0;
            for (int i = 0; i < count; i++)
            {
                rows[kept] = rows[i];
                kept += nulls[rows[i]] ? 0 : 1;
            }

            count = kept;
        }

        return count;
    }

    /// <summary>Appends rows of the input.</summary>
    public void Gather(Batch batch, ReadOnlySpan<int> rows, BatchBuilder to)
    {
        for (int c = 0; c < _fields.Length; c++) to.Columns[first + c].Gather(batch.Columns[c], rows);
    }

    /// <summary>As <see cref="Gather"/>; row −1 gives NULLs. Changes <paramref name="rows"/>.</summary>
    public void GatherPadded(Batch batch, Span<int> rows, BatchBuilder to)
    {
        int padded = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            if (rows[i] >= 0) continue;
            _padded[padded++] = i;
            rows[i] = 0;
        }

        if (padded == rows.Length) AppendNulls(rows.Length, to);
        else
        {
            Gather(batch, rows, to);
            SetNulls(padded, rows.Length, to);
        }
    }

    /// <summary>Appends stored rows.</summary>
    public void Read(StoredTable table, ReadOnlySpan<nint> records, BatchBuilder to)
    {
        var others = table.SubKeyFields.IsEmpty ? table.ValueFields : table.SubKeyFields;
        for (int c = 0; c < _fields.Length; c++)
        {
            var (key, field) = _fields[c];
            int value = _values.Length == 0 ? -1 : Array.IndexOf(_values, c);
            var from = key ? table.KeyFields[field] : value >= 0 ? table.ValueFields[value] : _values.Length == 0 ? others[field] : table.SubKeyFields[Array.IndexOf(SubKeys, c)];
            from.Read(records, to.Columns[first + c]);
        }
    }

    /// <summary>As <see cref="Read"/>; record 0 gives NULLs. Changes <paramref name="records"/>. Without any record there need be no table.</summary>
    public void ReadPadded(StoredTable? table, Span<nint> records, BatchBuilder to)
    {
        int padded = 0;
        nint other = 0;
        for (int i = 0; i < records.Length; i++)
        {
            if (records[i] != 0) other = records[i];
            else _padded[padded++] = i;
        }

        if (padded == records.Length) AppendNulls(records.Length, to);
        else
        {
            for (int i = 0; i < padded; i++) records[_padded[i]] = other;
            Read(table!, records, to);
            SetNulls(padded, records.Length, to);
        }
    }

    /// <summary>Appends rows that are padded on this side.</summary>
    public void AppendNulls(int rows, BatchBuilder to)
    {
        for (int c = 0; c < _fields.Length; c++) to.Columns[first + c].AppendNulls(rows);
    }

    private void SetNulls(int padded, int rows, BatchBuilder to)
    {
        if (padded == 0) return;
        for (int c = 0; c < _fields.Length; c++)
        {
            var column = to.Columns[first + c];
            int at = column.Count - rows;
            for (int i = 0; i < padded; i++) column.SetNull(at + _padded[i]);
        }
    }
}

/// <summary>
/// The hashes under which rows of a side are stored and found. Their key group is that of the columns by which the rows came to this shard, which may be fewer than the
/// join's keys: so a restore into another number of shards finds a row where its partners go.
/// </summary>
/// <param name="keys">key columns.</param>
/// <param name="routing">columns by which rows are distributed, some of the keys or the bound of a window; none: all keys.</param>
internal sealed class SideHashes(ImmutableArray<int> keys, ImmutableArray<int> routing)
{
    private const ulong GroupBits = ~0UL << 54;

    private readonly int[] _keys = [.. keys];
    private readonly int[] _routing = routing.IsDefaultOrEmpty ? [.. keys] : [.. routing];
    private readonly bool _same = routing.IsDefaultOrEmpty || routing.AsSpan().SequenceEqual(keys.AsSpan());
    private readonly ulong[] _routed = new ulong[Batch.MaxRows];
    private readonly ulong[] _hashes = new ulong[Batch.MaxRows];

    /// <summary>By position in the batch.</summary>
    public ReadOnlySpan<ulong> Of(Batch batch)
    {
        var routed = KeyHashes.Of(batch, _routing, _routed);
        if (_same) return routed;
        RowHash.Hash(batch, _keys, _hashes);
        for (int i = 0; i < batch.Length; i++) _hashes[i] = (routed[i] & GroupBits) | (_hashes[i] & ~GroupBits);
        return _hashes.AsSpan(0, batch.Length);
    }
}
