using OrleansStream.Columns;

namespace OrleansStream.Engine.Expressions;

/// <summary>The per-row form of a function that takes or gives nested values: appends one value to the result.</summary>
internal interface INested
{
    void Invoke(Column[] arguments, int row, ColumnBuilder to);
}

/// <summary>Drives a per-row form that builds its result: rows that are not wanted, and with <paramref name="strict"/> those with a NULL argument, are NULL.</summary>
internal sealed class NestedNode<TKernel>(SqlType type, TKernel kernel, Node[] arguments, bool strict = true) : Node(type) where TKernel : struct, INested
{
    private readonly ColumnBuilder _builder = ColumnBuilder.Create(type);
    private readonly Column _result = Column.Create(type);
    private readonly Column[] _columns = new Column[arguments.Length];

    public override bool Guarded => true;

    public override Column Evaluate(in Rows rows)
    {
        for (int i = 0; i < arguments.Length; i++) _columns[i] = arguments[i].Evaluate(rows);
        _builder.Reset();
        int next = 0;
        for (int n = 0; n < rows.Count; n++)
        {
            int row = rows.All ? n : rows.Selected[n];
            if (row > next) _builder.AppendNulls(row - next);
            next = row + 1;
            if (strict && AnyNull(row)) _builder.AppendNulls(1);
            else kernel.Invoke(_columns, row, _builder);
        }

        if (next < rows.Length) _builder.AppendNulls(rows.Length - next);
        _builder.Show(_result);
        return _result;
    }

    private bool AnyNull(int row)
    {
        foreach (var c in _columns) if (c.IsNull(row)) return true;
        return false;
    }
}

/// <summary>The elements of nested values as rows of their own, for a node that is to be evaluated over them.</summary>
internal sealed class HeldNode(SqlType type) : Node(type)
{
    private readonly Column _view = Column.Create(type);

    public void Hold(Column elements, int start, int length) => _view.ViewOf(elements, start, length);

    public override Column Evaluate(in Rows rows) => _view;
}

/// <summary>ROW(…): the columns themselves are the fields.</summary>
internal sealed class RowOfNode(SqlType type, Node[] fields) : Node(type)
{
    private readonly RowColumn _row = new(type);

    public override bool Guarded => fields.Any(f => f.Guarded);

    public override Column Evaluate(in Rows rows)
    {
        for (int f = 0; f < fields.Length; f++) _row.Children[f] = fields[f].Evaluate(rows);
        _row.Set(rows.Length, default);
        return _row;
    }
}

/// <summary>= and &lt;&gt; of nested values: NULL elements are equal to each other.</summary>
internal sealed class NestedEqualNode(SqlType type, Node a, Node b, bool negated) : Node(type)
{
    private readonly FixedColumn<byte> _result = new(type);

    public override Column Evaluate(in Rows rows)
    {
        Column left = a.Evaluate(rows), right = b.Evaluate(rows);
        ref bool to = ref Values<bool>.Writable(_result, rows.Length);
        var nulls = NullBits.Union(_result, rows.Length, left, right);
        for (int n = 0; n < rows.Count; n++)
        {
            int row = rows.All ? n : rows.Selected[n];
            if (nulls.IsEmpty || !Bitmap.Get(nulls, row)) System.Runtime.CompilerServices.Unsafe.Add(ref to, row) = CellEquality.Same(left, row, right, row) != negated;
        }

        return _result;
    }
}
