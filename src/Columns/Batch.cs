namespace OrleansStream.Columns;

/// <summary>
/// What an operator sees: at most <see cref="MaxRows"/> rows of columns, a selection, and, when present, row kinds, watermark marks and key hashes.
/// Inside a chain a batch is <b>borrowed</b>: valid until <c>OnBatch</c> and the <c>Resume</c> calls that follow have returned. Inside a frame it is immutable.
/// </summary>
public sealed class Batch
{
    /// <summary>Rows of a batch inside a chain (a sub-batch of a frame may hold more): kernels, temporaries and hash blocks stay in L1/L2.</summary>
    public const int MaxRows = 2048;

    public Batch(Schema schema, Column[] columns)
    {
        Schema = schema;
        Columns = columns;
    }

    public Schema Schema { get; }

    /// <summary>One column per field, each of <see cref="Length"/> rows.</summary>
    public Column[] Columns { get; }

    /// <summary>Rows that lie in the columns, selected or not.</summary>
    public int Length { get; set; }

    /// <summary>The rows that count; null = all.</summary>
    public Selection? Selection { get; set; }

    /// <summary>The kind of each row (by position), from <see cref="KindsStart"/> on; null = all <see cref="RowKind.Insert"/>.</summary>
    public RowKind[]? KindArray { get; set; }

    public int KindsStart { get; set; }

    public bool HasKinds => KindArray is not null;

    public ReadOnlySpan<RowKind> Kinds => KindArray is null ? default : KindArray.AsSpan(KindsStart, Length);

    /// <summary>Watermarks at row positions; null or empty = none.</summary>
    public Marks? Marks { get; set; }

    /// <summary>Key hashes that travelled with the rows (by position), from <see cref="HashesStart"/> on; null = none travelled.</summary>
    public ulong[]? HashArray { get; set; }

    public int HashesStart { get; set; }

    public bool HasHashes => HashArray is not null;

    public ReadOnlySpan<ulong> Hashes => HashArray is null ? default : HashArray.AsSpan(HashesStart, Length);

    /// <summary>Rows that count.</summary>
    public int Count => Selection?.Count ?? Length;

    /// <summary>Kind of the row at a position.</summary>
    public RowKind KindAt(int row) => KindArray is null ? RowKind.Insert : KindArray[KindsStart + row];

    /// <summary>Makes this batch show rows [start, start + length) of <paramref name="source"/> (which must have no selection). Marks are left to the caller.</summary>
    public void ViewOf(Batch source, int start, int length)
    {
        Length = length;
        Selection = null;
        KindArray = source.KindArray;
        KindsStart = source.KindsStart + start;
        HashArray = source.HashArray;
        HashesStart = source.HashesStart + start;
        Marks = null;
        for (int c = 0; c < Columns.Length; c++) Columns[c].ViewOf(source.Columns[c], start, length);
    }

    /// <summary>Makes this batch show what <paramref name="source"/> shows, column by column, with its selection and marks; it may then be given others.</summary>
    public void Share(Batch source)
    {
        source.Columns.CopyTo(Columns, 0);
        Length = source.Length;
        Selection = source.Selection;
        (KindArray, KindsStart) = (source.KindArray, source.KindsStart);
        (HashArray, HashesStart) = (source.HashArray, source.HashesStart);
        Marks = source.Marks;
    }

    /// <summary>An empty batch whose columns can be pointed at others' rows with <see cref="ViewOf"/>.</summary>
    public static Batch CreateView(Schema schema)
    {
        var columns = new Column[schema.Count];
        for (int i = 0; i < columns.Length; i++) columns[i] = Column.Create(schema[i].Type);
        return new Batch(schema, columns);
    }
}
