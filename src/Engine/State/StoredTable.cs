using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.State;

/// <summary>What all tables share: the layout of their records, pages that a cut collects, and records read back from parts.</summary>
public abstract unsafe class StoredTable
{
    internal StoredTable(StateSpec spec, int recordBytes, int pageBytes, Epochs epochs)
    {
        Spec = spec;
        Layout = RecordLayout.Of(spec);
        Epochs = epochs;
        Space = new PageSpace(epochs.Pool, pageBytes);
        SlotBytes = recordBytes;
        KeyFields = Fields(spec.Key, Layout.KeyOffsets, Layout.KeyNulls);
        SubKeyFields = spec.SubKey is null ? [] : Fields(spec.SubKey, Layout.SubKeyOffsets, Layout.SubKeyNulls);
        ValueFields = Fields(spec.Value, Layout.ValueOffsets, Layout.ValueNulls);
        TextFields = [.. KeyFields.Concat(SubKeyFields).Concat(ValueFields).OfType<TextField>()];
    }

    public StateSpec Spec { get; }

    /// <summary>Where the fields of a record lie.</summary>
    public RecordLayout Layout { get; }

    /// <summary>Records.</summary>
    public long Count { get; private protected set; }

    internal Epochs Epochs { get; }

    internal PageSpace Space { get; }

    /// <summary>Bytes from one record to the next: the stored ones, then links that are not stored.</summary>
    internal int SlotBytes { get; }

    internal ImmutableArray<RecordField> KeyFields { get; }

    internal ImmutableArray<RecordField> SubKeyFields { get; }

    internal ImmutableArray<RecordField> ValueFields { get; }

    internal ImmutableArray<TextField> TextFields { get; }

    /// <summary>Page numbers given out so far.</summary>
    private protected long NextPageId { get; set; }

    /// <summary>Adds all live pages to the cut in progress and marks them as not to be written without <see cref="Epochs.BeforeWrite"/>.</summary>
    internal abstract void CutPages();

    /// <summary>Inserts a record that a part holds. Its key is not in the table.</summary>
    /// <param name="record">its stored bytes.</param>
    /// <param name="heap">the heap that its views name.</param>
    internal abstract void Load(byte* record, byte* heap);

    /// <summary>Gives all memory back; the table is not used any more.</summary>
    internal abstract void Free();

    /// <summary>Slots of a page.</summary>
    internal int SlotsOf(int pageBytes) => (pageBytes - PageHeader.Bytes) / SlotBytes;

    /// <summary>The text field of the value at <paramref name="field"/>, for accumulators that hold a text.</summary>
    public ReadOnlySpan<byte> ValueText(nint record, int field) => ((TextField)ValueFields[field]).Get(record);

    /// <summary>Writes a text value of a record resolved for writing. The old bytes are reclaimed when the page is rebuilt.</summary>
    public void SetValueText(nint record, int field, ReadOnlySpan<byte> text) => ((TextField)ValueFields[field]).Set(record, text);

    /// <summary>Adds bytes behind a text value of a record resolved for writing.</summary>
    public void AppendValueText(nint record, int field, ReadOnlySpan<byte> more) => ((TextField)ValueFields[field]).Append(record, more);

    /// <summary>Appends the key fields of records to a builder's columns [firstColumn, firstColumn + key fields).</summary>
    public void CopyKeys(ReadOnlySpan<nint> records, BatchBuilder to, int firstColumn) => Copy(KeyFields, records, to, firstColumn);

    /// <summary>As <see cref="CopyKeys"/>, for the sub-key fields.</summary>
    public void CopySubKeys(ReadOnlySpan<nint> records, BatchBuilder to, int firstColumn) => Copy(SubKeyFields, records, to, firstColumn);

    /// <summary>As <see cref="CopyKeys"/>, for the value fields.</summary>
    public void CopyValues(ReadOnlySpan<nint> records, BatchBuilder to, int firstColumn) => Copy(ValueFields, records, to, firstColumn);

    /// <summary>Writes columns of a batch into value fields: <c>columns[f]</c> of <c>rows[i]</c> into field f of <c>records[i]</c>.</summary>
    public void WriteValues(Batch batch, ReadOnlySpan<int> columns, ReadOnlySpan<int> rows, ReadOnlySpan<nint> records)
    {
        for (int f = 0; f < columns.Length; f++) ValueFields[f].Write(batch.Columns[columns[f]], rows, records);
    }

    /// <summary>Whether value fields 0, 1, … of a record are those of columns of a row (NULL equals NULL).</summary>
    public bool ValuesAre(Batch batch, ReadOnlySpan<int> columns, int row, nint record)
    {
        ulong differ = 0;
        for (int f = 0; f < columns.Length && differ == 0; f++)
            ValueFields[f].Compare(batch.Columns[columns[f]], new ReadOnlySpan<int>(in row), new ReadOnlySpan<nint>(in record), new Span<ulong>(ref differ));
        return differ == 0;
    }

    private static void Copy(ImmutableArray<RecordField> fields, ReadOnlySpan<nint> records, BatchBuilder to, int firstColumn)
    {
        for (int f = 0; f < fields.Length; f++) fields[f].Read(records, to.Columns[firstColumn + f]);
    }

    private ImmutableArray<RecordField> Fields(Schema schema, ImmutableArray<int> offsets, ImmutableArray<NullBit> nulls) =>
        [.. schema.Fields.Select((f, i) => RecordField.Create(f.Type, offsets[i], nulls[i], Space))];
}
