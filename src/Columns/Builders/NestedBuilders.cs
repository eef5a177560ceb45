namespace OrleansStream.Columns;

/// <summary>Writes a ROW column: append to every child, then <see cref="Advance"/>.</summary>
public sealed class RowBuilder : ColumnBuilder
{
    public RowBuilder(SqlType type) : base(type) => Children = [.. type.Fields.Select(f => Create(f.Type))];

    /// <summary>Writes into columns that somebody else owns; call <see cref="Advance"/> for the rows that they have.</summary>
    public RowBuilder(SqlType type, ColumnBuilder[] children) : base(type) => Children = children;

    public ColumnBuilder[] Children { get; }

    public override long Bytes => Children.Sum(c => c.Bytes);

    /// <summary>Says that every child has got <paramref name="rows"/> more rows.</summary>
    public void Advance(int rows) => Count += rows;

    public override void Gather(Column source, ReadOnlySpan<int> rows)
    {
        int at = Count;
        for (int i = 0; i < Children.Length; i++) Children[i].Gather(((RowColumn)source).Children[i], rows);
        Count += rows.Length;
        GatherNulls(source, rows, at);
    }

    public override void AppendRange(Column source, int start, int length)
    {
        int at = Count;
        for (int i = 0; i < Children.Length; i++) Children[i].AppendRange(((RowColumn)source).Children[i], start, length);
        Count += length;
        RangeNulls(source, start, length, at);
    }

    protected override void TruncateValues(int rows)
    {
        foreach (var c in Children) c.Truncate(rows);
    }

    protected override void AppendZeros(int rows)
    {
        foreach (var c in Children) c.AppendNulls(rows);
        Count += rows;
    }

    public override void Show(Column column)
    {
        var row = (RowColumn)column;
        for (int i = 0; i < Children.Length; i++) Children[i].Show(row.Children[i]);
        row.Set(Count, NullBits);
    }

    protected override void Release()
    {
        for (int i = 0; i < Children.Length; i++) Children[i] = Create(Children[i].Type);
    }

    public override void Reset()
    {
        base.Reset();
        foreach (var c in Children) c.Reset();
    }
}

/// <summary>Writes an ARRAY column: append elements to <see cref="Elements"/>, then end the row with <see cref="EndRow"/>.</summary>
public sealed class ListBuilder : ColumnBuilder
{
    private int[] _offsets = new int[65];
    private Column? _shown;

    public ListBuilder(SqlType type) : base(type) => Elements = Create(type.Element!);

    public ColumnBuilder Elements { get; private set; }

    public override long Bytes => Elements.Bytes + (4L * _offsets.Length);

    /// <summary>Ends a row: its elements are those appended since the last row ended.</summary>
    public void EndRow() => Offsets.Push(ref _offsets, ++Count, Elements.Count);

    protected override void TruncateValues(int rows) => Elements.Truncate(_offsets[rows]);

    public override void Gather(Column source, ReadOnlySpan<int> rows)
    {
        int at = Count;
        var list = (ListColumn)source;
        var offsets = list.Offsets;
        foreach (int r in rows)
        {
            Elements.AppendRange(list.Elements, offsets[r], offsets[r + 1] - offsets[r]);
            EndRow();
        }

        GatherNulls(source, rows, at);
    }

    public override void AppendRange(Column source, int start, int length)
    {
        int at = Count;
        var list = (ListColumn)source;
        var offsets = list.Offsets;
        for (int r = start; r < start + length; r++)
        {
            Elements.AppendRange(list.Elements, offsets[r], offsets[r + 1] - offsets[r]);
            EndRow();
        }

        RangeNulls(source, start, length, at);
    }

    protected override void AppendZeros(int rows)
    {
        for (int i = 0; i < rows; i++) EndRow();
    }

    public override void Show(Column column)
    {
        _shown = Column.Create(Type.Element!);
        Elements.Show(_shown);
        ((ListColumn)column).Set(_offsets, 0, Count, _shown, NullBits);
    }

    protected override void Release()
    {
        _offsets = new int[65];
        Elements = Create(Type.Element!);
    }

    public override void Reset()
    {
        base.Reset();
        Elements.Reset();
    }
}

/// <summary>Writes a MAP or MULTISET column: append to <see cref="Keys"/> and <see cref="Items"/>, then end the row.</summary>
public sealed class MapBuilder : ColumnBuilder
{
    private int[] _offsets = new int[65];

    public MapBuilder(SqlType type) : base(type)
    {
        Keys = Create(type.Kind == TypeKind.Map ? type.Key! : type.Element!);
        Items = Create(type.Kind == TypeKind.Map ? type.Element! : SqlType.Int.NotNull);
    }

    public ColumnBuilder Keys { get; private set; }

    public ColumnBuilder Items { get; private set; }

    public override long Bytes => Keys.Bytes + Items.Bytes + (4L * _offsets.Length);

    public void EndRow() => Offsets.Push(ref _offsets, ++Count, Keys.Count);

    protected override void TruncateValues(int rows)
    {
        Keys.Truncate(_offsets[rows]);
        Items.Truncate(_offsets[rows]);
    }

    public override void Gather(Column source, ReadOnlySpan<int> rows)
    {
        int at = Count;
        foreach (int r in rows) Entry((MapColumn)source, r);
        GatherNulls(source, rows, at);
    }

    public override void AppendRange(Column source, int start, int length)
    {
        int at = Count;
        for (int r = start; r < start + length; r++) Entry((MapColumn)source, r);
        RangeNulls(source, start, length, at);
    }

    protected override void AppendZeros(int rows)
    {
        for (int i = 0; i < rows; i++) EndRow();
    }

    public override void Show(Column column)
    {
        var keys = Column.Create(Keys.Type);
        var items = Column.Create(Items.Type);
        Keys.Show(keys);
        Items.Show(items);
        ((MapColumn)column).Set(_offsets, 0, Count, keys, items, NullBits);
    }

    protected override void Release()
    {
        _offsets = new int[65];
        Keys = Create(Keys.Type);
        Items = Create(Items.Type);
    }

    public override void Reset()
    {
        base.Reset();
        Keys.Reset();
        Items.Reset();
    }

    private void Entry(MapColumn map, int row)
    {
        int from = map.Offsets[row];
        int length = map.Offsets[row + 1] - from;
        Keys.AppendRange(map.Keys, from, length);
        Items.AppendRange(map.Items, from, length);
        EndRow();
    }
}

internal static class Offsets
{
    public static void Push(ref int[] offsets, int index, int value)
    {
        if (offsets.Length <= index) Array.Resize(ref offsets, offsets.Length * 2);
        offsets[index] = value;
    }
}
