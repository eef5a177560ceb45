namespace OrleansStream.Columns;

/// <summary>
/// Watermarks inside a batch, by row position: mark k says that after the first <c>RowsAt(k)</c> rows (in positions of the batch, unselected rows included)
/// the watermark is <c>WatermarkAt(k)</c> (ms). Rows grow (not strictly), watermarks grow strictly. A row r is judged against the last mark with
/// <c>RowsAt(k) ≤ r</c>, or, before the first one, against the watermark that the operator was last told.
/// </summary>
public sealed class Marks
{
    private int[] _rows = new int[8];
    private long[] _watermarks = new long[8];

    public int Count { get; private set; }

    public ReadOnlySpan<int> Rows => _rows.AsSpan(0, Count);

    public ReadOnlySpan<long> Watermarks => _watermarks.AsSpan(0, Count);

    /// <summary>The last watermark, or <see cref="long.MinValue"/> when there is none.</summary>
    public long Last => Count == 0 ? long.MinValue : _watermarks[Count - 1];

    public void Clear() => Count = 0;

    /// <summary>Adds a mark; one at the same row replaces the earlier one, one that does not raise the watermark is dropped.</summary>
    public void Add(int rows, long watermark)
    {
        if (Count > 0)
        {
            if (watermark <= _watermarks[Count - 1]) return;
            if (_rows[Count - 1] == rows)
            {
                _watermarks[Count - 1] = watermark;
                return;
            }
        }

        if (Count == _rows.Length)
        {
            Array.Resize(ref _rows, Count * 2);
            Array.Resize(ref _watermarks, Count * 2);
        }

        _rows[Count] = rows;
        _watermarks[Count++] = watermark;
    }

    public void CopyFrom(Marks other)
    {
        Clear();
        if (_rows.Length < other.Count)
        {
            _rows = new int[other._rows.Length];
            _watermarks = new long[other._rows.Length];
        }

        other.Rows.CopyTo(_rows);
        other.Watermarks.CopyTo(_watermarks);
        Count = other.Count;
    }
}
