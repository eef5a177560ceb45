using OrleansStream.Columns;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.State;

public enum Access : byte
{
    /// <summary>Absent keys give address 0; nothing is created, dirtied or copied.</summary>
    Read,

    /// <summary>Absent keys are created (their value zeroed, bit set in <c>isNew</c>); the record counts as changed in this epoch.</summary>
    Write,
}

/// <summary>
/// One record a key, row-wise in native pages: key fields, value fields, expiry. Offsets of the fields are fixed per spec (<see cref="Layout"/>).
/// </summary>
public abstract class ValueTable
{
    public abstract StateSpec Spec { get; }

    /// <summary>Where the fields of a record lie.</summary>
    public abstract RecordLayout Layout { get; }

    /// <summary>Records.</summary>
    public abstract long Count { get; }

    /// <summary>
    /// The addresses of the records of the given rows' keys, valid until this table's next <see cref="Resolve"/> or <see cref="Remove"/>.
    /// </summary>
    /// <param name="batch">holds the key in columns <paramref name="keys"/>, of the spec's key types.</param>
    /// <param name="rows">positions to resolve; a key may repeat.</param>
    /// <param name="hashes">RowHash of the key by position in the batch.</param>
    /// <param name="records">one address per entry of <paramref name="rows"/>.</param>
    /// <param name="isNew">one bit per entry of <paramref name="rows"/>: this call created the record (set at the key's first entry only).</param>
    public abstract void Resolve(
        Batch batch, ReadOnlySpan<int> keys, ReadOnlySpan<int> rows, ReadOnlySpan<ulong> hashes, Access access, Span<nint> records, Span<ulong> isNew);

    /// <summary>Removes records that the last <see cref="Resolve"/> gave (each at most once).</summary>
    public abstract void Remove(ReadOnlySpan<nint> records);

    /// <summary>Goes over all records in a fixed order, in blocks: fills <paramref name="records"/> from <paramref name="cursor"/> (0 first) on; 0 returned = done.</summary>
    public abstract int Scan(ref long cursor, Span<nint> records);

    /// <summary>Appends the key fields of records to a builder's columns [first, first + key fields).</summary>
    public abstract void CopyKeys(ReadOnlySpan<nint> records, BatchBuilder to, int firstColumn);
}

/// <summary>(key, sub-key) → value, sub-keys unordered; a key's entries can be gone over.</summary>
public abstract class MapTable
{
    public abstract StateSpec Spec { get; }

    public abstract RecordLayout Layout { get; }

    /// <summary>As <see cref="ValueTable.Resolve"/>, for (key, sub-key) pairs; <paramref name="subKeys"/> are columns of the same batch.</summary>
    public abstract void Resolve(
        Batch batch, ReadOnlySpan<int> keys, ReadOnlySpan<int> subKeys, ReadOnlySpan<int> rows, ReadOnlySpan<ulong> hashes, Access access,
        Span<nint> records, Span<ulong> isNew);

    /// <summary>The first entry of each row's key (0 = none); go on with <see cref="Next"/>. Addresses are valid until the table changes.</summary>
    public abstract void First(Batch batch, ReadOnlySpan<int> keys, ReadOnlySpan<int> rows, ReadOnlySpan<ulong> hashes, Span<nint> records);

    /// <summary>The entry of the same key after <paramref name="record"/>, or 0.</summary>
    public abstract nint Next(nint record);

    public abstract void Remove(ReadOnlySpan<nint> records);
}

/// <summary>Value tables by pane: opened at the first row, dropped whole when the watermark has passed.</summary>
public abstract class PaneTables
{
    /// <summary>The open panes, in ascending order.</summary>
    public abstract IReadOnlyList<long> Open { get; }

    /// <summary>The table of a pane, created if absent.</summary>
    public abstract ValueTable this[long pane] { get; }

    public abstract bool TryGet(long pane, out ValueTable table);

    public abstract void Drop(long pane);
}
