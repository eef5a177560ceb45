namespace OrleansStream.Columns;

/// <summary>
/// The rows of a batch that count: strictly increasing positions. Columns are addressed by position, so a filter changes only this.
/// Borrowed like the batch that carries it.
/// </summary>
public sealed class Selection
{
    private int[] _rows = new int[Batch.MaxRows];

    public int Count { get; private set; }

    public ReadOnlySpan<int> Rows => _rows.AsSpan(0, Count);

    /// <summary>Room for <paramref name="capacity"/> positions; write them from the start, then call <see cref="SetCount"/>.</summary>
    public Span<int> Writable(int capacity)
    {
        if (_rows.Length < capacity) _rows = new int[capacity];
        return _rows.AsSpan(0, capacity);
    }

    public void SetCount(int count) => Count = count;

    public void CopyFrom(Selection other)
    {
        other.Rows.CopyTo(Writable(other.Count));
        Count = other.Count;
    }
}
