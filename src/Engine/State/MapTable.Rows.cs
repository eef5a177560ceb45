using OrleansStream.Columns;

namespace OrleansStream.Engine.State;

// One row at a time, for operators in which a row's entry depends on the rows before it.
public sealed unsafe partial class MapTable
{
    /// <summary>The first entry of a row's key (0 = none); go on with <see cref="Next"/>.</summary>
    public nint First(Batch batch, ReadOnlySpan<int> keys, int row, ulong hash)
    {
        var rows = new ReadOnlySpan<int>(in row);
        return FirstExact(batch, keys, rows, Word(batch, keys, rows, hash));
    }

    /// <summary>The first entry of the key of <paramref name="record"/>.</summary>
    public nint FirstOf(nint record)
    {
        for (nint before; (before = *(nint*)(record + _previous)) != 0;) record = before;
        return record;
    }

    /// <summary>The first entry of the key of a record of another table of the same key (0 = none).</summary>
    public nint FirstOf(MapTable other, nint theirs)
    {
        ulong word = other.KeyWord(theirs);
        for (var e = _keys.Start(word); e->Record != 0; e = _keys.Next(e))
        {
            if (e->Hash != word) continue;
            int f = 0;
            while (f < KeyFields.Length && KeyFields[f].Same(e->Record, other.KeyFields[f], theirs)) f++;
            if (f == KeyFields.Length) return e->Record;
        }

        return 0;
    }

    /// <summary>Appends one field, of the key or of the value, of each record to a column.</summary>
    public void CopyField(bool key, int field, ReadOnlySpan<nint> records, ColumnBuilder to) => (key ? KeyFields : ValueFields)[field].Read(records, to);

    /// <summary>A new entry whose value is zero, the first of its key from now on. For tables whose sub-key is one BIGINT NOT NULL; the pair is not in the table.</summary>
    public nint Add(Batch batch, ReadOnlySpan<int> keys, int row, ulong hash, long subKey)
    {
        var rows = new ReadOnlySpan<int>(in row);
        ulong pair = RowHash.Combine(hash, RowHash.OfInt64(subKey));
        _pairs.Reserve(1);
        var e = _pairs.Start(pair);
        while (e->Record != 0) e = _pairs.Next(e);
        nint record = Create(e, Word(batch, keys, rows, hash), pair);
        for (int f = 0; f < KeyFields.Length; f++) KeyFields[f].Write(batch.Columns[keys[f]], rows, new ReadOnlySpan<nint>(in record));
        *(long*)(record + Layout.SubKeyOffsets[0]) = subKey;
        if (_expiry.Any) _expiry.Written(record);
        Link(record);
        return record;
    }

    /// <summary>Says that an entry's value is about to be written; with a TTL it lives on from now.</summary>
    public void Touch(nint record)
    {
        BeforeWrite(record);
        if (!TextFields.IsEmpty) ReclaimTexts(record);
        if (_expiry.Any) _expiry.Written(record);
    }

    private ulong Word(Batch batch, ReadOnlySpan<int> keys, ReadOnlySpan<int> row, ulong hash)
    {
        ulong word = RecordWord.Of(hash);
        for (int f = 0; f < keys.Length; f++) KeyFields[f].MarkNulls(batch.Columns[keys[f]], row, &word);
        return word;
    }
}
