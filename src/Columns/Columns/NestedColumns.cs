namespace OrleansStream.Columns;

/// <summary>ROW values: one child column per field, each of this column's length. A NULL row has unspecified (readable) fields.</summary>
public sealed class RowColumn : Column
{
    public RowColumn(SqlType type) : base(type) =>
        Children = [.. type.Fields.Select(f => Create(f.Type))];

    /// <summary>One column per field.</summary>
    public Column[] Children { get; }

    /// <summary>Says how many rows the children hold, after they were written.</summary>
    public void Set(int length, Bitmap nulls)
    {
        Length = length;
        SetNulls(nulls);
    }

    protected override void ViewValues(Column source, int start, int length)
    {
        var s = (RowColumn)source;
        for (int i = 0; i < Children.Length; i++) Children[i].ViewOf(s.Children[i], start, length);
    }
}

/// <summary>ARRAY values: row i holds the elements [Offsets[i], Offsets[i + 1]) of <see cref="Elements"/>.</summary>
public sealed class ListColumn : Column
{
    private int[] _offsets = [0];
    private int _start;

    public ListColumn(SqlType type) : base(type) => Elements = Create(type.Element!);

    /// <summary>All elements of all rows; not sliced by a view, since offsets are absolute.</summary>
    public Column Elements { get; private set; }

    /// <summary>Length + 1 offsets into <see cref="Elements"/>.</summary>
    public ReadOnlySpan<int> Offsets => _offsets.AsSpan(_start, Length + 1);

    public void Set(int[] offsets, int start, int length, Column elements, Bitmap nulls)
    {
        (_offsets, _start, Length, Elements) = (offsets, start, length, elements);
        SetNulls(nulls);
    }

    protected override void ViewValues(Column source, int start, int length)
    {
        var s = (ListColumn)source;
        (_offsets, _start, Elements) = (s._offsets, s._start + start, s.Elements);
    }
}

/// <summary>MAP values (and MULTISET, with INT NOT NULL counts as values): row i holds the entries [Offsets[i], Offsets[i + 1]).</summary>
public sealed class MapColumn : Column
{
    private int[] _offsets = [0];
    private int _start;

    public MapColumn(SqlType type) : base(type)
    {
        Keys = Create(type.Kind == TypeKind.Map ? type.Key! : type.Element!);
        Items = Create(type.Kind == TypeKind.Map ? type.Element! : SqlType.Int.NotNull);
    }

    public Column Keys { get; private set; }

    public Column Items { get; private set; }

    public ReadOnlySpan<int> Offsets => _offsets.AsSpan(_start, Length + 1);

    public void Set(int[] offsets, int start, int length, Column keys, Column items, Bitmap nulls)
    {
        (_offsets, _start, Length, Keys, Items) = (offsets, start, length, keys, items);
        SetNulls(nulls);
    }

    protected override void ViewValues(Column source, int start, int length)
    {
        var s = (MapColumn)source;
        (_offsets, _start, Keys, Items) = (s._offsets, s._start + start, s.Keys, s.Items);
    }
}
