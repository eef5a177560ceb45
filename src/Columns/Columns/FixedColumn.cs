namespace OrleansStream.Columns;

/// <summary>Values of a fixed width: an array, a start and a length. The value of a NULL row is unspecified but readable.</summary>
public sealed class FixedColumn<T>(SqlType type) : Column(type) where T : unmanaged
{
    private T[] _values = [];
    private T[] _own = [];
    private int _start;

    public ReadOnlySpan<T> Values => _values.AsSpan(_start, Length);

    /// <summary>Sets the length and gives this column's own array to write into (contents unspecified); says that no row is NULL.</summary>
    public Span<T> Writable(int rows)
    {
        if (_own.Length < rows) _own = GC.AllocateUninitializedArray<T>(Math.Max(rows, Batch.MaxRows));
        _values = _own;
        _start = 0;
        Length = rows;
        ClearNulls();
        return _own.AsSpan(0, rows);
    }

    /// <summary>The array that <see cref="Writable"/> gave, to go on writing.</summary>
    internal Span<T> Written() => _own.AsSpan(0, Length);

    /// <summary>Takes over an array that nobody writes any more: rows [start, start + length).</summary>
    public void Set(T[] values, int start, int length, Bitmap nulls)
    {
        _values = values;
        _start = start;
        Length = length;
        SetNulls(nulls);
    }

    protected override void ViewValues(Column source, int start, int length)
    {
        var s = (FixedColumn<T>)source;
        _values = s._values;
        _start = s._start + start;
    }
}
