namespace OrleansStream.Columns;

/// <summary>
/// One column: values of one type by row position, with null bits. The same class is an immutable part of a frame, a view of another column's rows, and the
/// reused result of an expression (its <c>Writable</c> members write into arrays of its own).
/// </summary>
public abstract class Column(SqlType type)
{
    private ulong[]? _nullScratch;
    private ulong[]? _ownNulls;

    public SqlType Type { get; } = type;

    public int Length { get; protected set; }

    /// <summary>Which rows are NULL.</summary>
    public Bitmap Nulls { get; private set; }

    public bool IsNull(int row) => Nulls[row];

    /// <summary>Says that no row is NULL.</summary>
    public void ClearNulls() => Nulls = default;

    /// <summary>Null bits of this column's own for <paramref name="rows"/> rows, all 0, to be written by the caller.</summary>
    public Span<ulong> WritableNulls(int rows)
    {
        int words = Bitmap.WordsFor(rows);
        if (_ownNulls is null || _ownNulls.Length < words) _ownNulls = new ulong[Math.Max(words, Bitmap.WordsFor(Batch.MaxRows))];
        var span = _ownNulls.AsSpan(0, words);
        span.Clear();
        Nulls = new Bitmap(_ownNulls, 0);
        return span;
    }

    /// <summary>Takes over null bits that nobody writes any more (default = no NULL).</summary>
    public void SetNulls(Bitmap nulls) => Nulls = nulls;

    /// <summary>Shows rows [start, start + length) of <paramref name="source"/>, a column of the same type, without copying values.</summary>
    public void ViewOf(Column source, int start, int length)
    {
        Length = length;
        Nulls = source.Nulls.Slice(start, length, ref _nullScratch);
        ViewValues(source, start, length);
    }

    protected abstract void ViewValues(Column source, int start, int length);

    /// <summary>An empty column of the layout that <paramref name="type"/> asks for.</summary>
    public static Column Create(SqlType type) => type.Physical switch
    {
        Physical.Int8 => new FixedColumn<byte>(type),
        Physical.Int16 => new FixedColumn<short>(type),
        Physical.Int32 => new FixedColumn<int>(type),
        Physical.Int64 => new FixedColumn<long>(type),
        Physical.Int128 => new FixedColumn<Int128>(type),
        Physical.Float32 => new FixedColumn<float>(type),
        Physical.Float64 => new FixedColumn<double>(type),
        Physical.Text => new TextColumn(type),
        Physical.List => new ListColumn(type),
        Physical.Map => new MapColumn(type),
        Physical.Row => new RowColumn(type),
        _ => throw new InvalidOperationException($"no column for {type}"),
    };
}
