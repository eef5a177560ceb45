namespace OrleansStream.Columns;

/// <summary>
/// Writes one column. Rows are appended by spans, by gathering from another column, or as NULLs. <see cref="Build"/> hands the arrays over for good;
/// <see cref="Show"/> lets a column look at them until the next <see cref="Reset"/>.
/// </summary>
public abstract class ColumnBuilder(SqlType type)
{
    private ulong[]? _nulls;
    private bool _anyNull;

    public SqlType Type { get; } = type;

    /// <summary>Rows written since the last <see cref="Reset"/> or <see cref="Build"/>.</summary>
    public int Count { get; protected set; }

    /// <summary>Bytes written, buffers of texts included: what the memory account is charged.</summary>
    public abstract long Bytes { get; }

    /// <summary>Appends the rows of <paramref name="source"/> at the given positions.</summary>
    public abstract void Gather(Column source, ReadOnlySpan<int> rows);

    /// <summary>Appends rows [start, start + length) of <paramref name="source"/>.</summary>
    public abstract void AppendRange(Column source, int start, int length);

    /// <summary>Appends NULLs (their values are zero).</summary>
    public void AppendNulls(int rows)
    {
        int at = Count;
        AppendZeros(rows);
        for (int i = at; i < at + rows; i++) SetNull(i);
    }

    /// <summary>Appends rows whose value is zero, or empty.</summary>
    protected abstract void AppendZeros(int rows);

    /// <summary>Takes rows back, from row <paramref name="rows"/> on, elements of rows that were not ended included: a record turned out to be malformed.</summary>
    public void Truncate(int rows)
    {
        if (_anyNull) for (int i = rows; i < Count; i++) Bitmap.Clear(_nulls, i);
        TruncateValues(rows);
        Count = rows;
    }

    /// <summary>Takes nested values back, if there are any.</summary>
    protected virtual void TruncateValues(int rows)
    {
    }

    /// <summary>Makes a row that was appended NULL.</summary>
    public void SetNull(int row)
    {
        SetNullWords(Bitmap.WordsFor(row + 1));
        Bitmap.Set(_nulls, row);
        _anyNull = true;
    }

    /// <summary>
    /// The null bits of all rows that were appended, one bit a row, for callers that know whole words of them; says that some row is NULL.
    /// Bits of earlier rows must be left alone, those after the last row 0.
    /// </summary>
    public Span<ulong> NullWords()
    {
        SetNullWords(Bitmap.WordsFor(Count));
        _anyNull = true;
        return _nulls.AsSpan(0, Bitmap.WordsFor(Count));
    }

    private void SetNullWords(int words)
    {
        if (_nulls is null) _nulls = new ulong[Math.Max(Bitmap.WordsFor(Batch.MaxRows), words)];
        else if (_nulls.Length < words) Array.Resize(ref _nulls, Math.Max(words, _nulls.Length * 2));
    }

    /// <summary>Copies the null bits of gathered rows, which now start at <paramref name="at"/>.</summary>
    protected void GatherNulls(Column source, ReadOnlySpan<int> rows, int at)
    {
        if (!source.Nulls.Any) return;
        var nulls = source.Nulls;
        for (int i = 0; i < rows.Length; i++) if (nulls[rows[i]]) SetNull(at + i);
    }

    protected void RangeNulls(Column source, int start, int length, int at)
    {
        if (!source.Nulls.Any) return;
        var nulls = source.Nulls;
        for (int i = 0; i < length; i++) if (nulls[start + i]) SetNull(at + i);
    }

    /// <summary>The null bits so far; long enough for all rows.</summary>
    protected Bitmap NullBits
    {
        get
        {
            if (!_anyNull) return default;
            int words = Bitmap.WordsFor(Count);
            if (_nulls!.Length < words) Array.Resize(ref _nulls, words);
            return new Bitmap(_nulls, 0);
        }
    }

    /// <summary>Points <paramref name="column"/> at what has been written so far; valid until <see cref="Reset"/>.</summary>
    public abstract void Show(Column column);

    /// <summary>A column that owns what has been written; the builder starts anew with arrays of its own.</summary>
    public Column Build()
    {
        var c = Column.Create(Type);
        Show(c);
        Release();
        _nulls = null;
        _anyNull = false;
        Count = 0;
        return c;
    }

    /// <summary>Forgets the arrays, which now belong to a column.</summary>
    protected abstract void Release();

    /// <summary>Empties the builder and keeps its arrays.</summary>
    public virtual void Reset()
    {
        // Null bits stay allocated once a column has had NULLs (it will have them again), but are shown only when one is set.
        if (_anyNull) _nulls.AsSpan().Clear();
        _anyNull = false;
        Count = 0;
    }

    public static ColumnBuilder Create(SqlType type) => type.Physical switch
    {
        Physical.Int8 => new FixedBuilder<byte>(type),
        Physical.Int16 => new FixedBuilder<short>(type),
        Physical.Int32 => new FixedBuilder<int>(type),
        Physical.Int64 => new FixedBuilder<long>(type),
        Physical.Int128 => new FixedBuilder<Int128>(type),
        Physical.Float32 => new FixedBuilder<float>(type),
        Physical.Float64 => new FixedBuilder<double>(type),
        Physical.Text => new TextBuilder(type),
        Physical.List => new ListBuilder(type),
        Physical.Map => new MapBuilder(type),
        Physical.Row => new RowBuilder(type),
        _ => throw new InvalidOperationException($"no builder for {type}"),
    };
}
