using OrleansStream.Columns;

namespace OrleansStream.Engine.Expressions;

/// <summary>A bound expression: one virtual call a batch. Its result is a column that it owns (or a column of the batch), valid until its next evaluation.</summary>
public abstract class Node(SqlType type)
{
    public SqlType Type { get; } = type;

    /// <summary>The same value in every row of every batch.</summary>
    public virtual bool IsConstant => false;

    /// <summary>Whether evaluating a row that is not wanted may throw, or costs much: then only wanted rows are evaluated.</summary>
    public virtual bool Guarded => false;

    /// <summary>The values at <paramref name="rows"/>; the column has <c>rows.Length</c> rows.</summary>
    public abstract Column Evaluate(in Rows rows);

    /// <summary>For a BOOLEAN: those of <paramref name="rows"/> at which it is TRUE, ascending.</summary>
    public virtual void Select(in Rows rows, Selection result)
    {
        var column = (FixedColumn<byte>)Evaluate(rows);
        var values = column.Values;
        var nulls = column.Nulls;
        var to = result.Writable(rows.Length);
        int n = 0;
        if (rows.All)
        {
            for (int i = 0; i < values.Length; i++)
            {
                to[n] = i;
                n += values[i] & (nulls[i] ? 0 : 1);
            }
        }
        else
        {
            foreach (int i in rows.Selected)
            {
                to[n] = i;
                n += values[i] & (nulls[i] ? 0 : 1);
            }
        }

        result.SetCount(n);
    }
}

/// <summary>A column of the batch.</summary>
public sealed class ColumnNode(SqlType type, Evaluation evaluation, int index) : Node(type)
{
    public override Column Evaluate(in Rows rows) => evaluation.Batch.Columns[index];
}

/// <summary>A field of a ROW: the child column as it is, with the ROW's own nulls when it has any.</summary>
public sealed class FieldNode(SqlType type, Node row, int index) : Node(type)
{
    private readonly Column _view = Column.Create(type);

    public override bool Guarded => row.Guarded;

    public override Column Evaluate(in Rows rows)
    {
        var column = (RowColumn)row.Evaluate(rows);
        var child = column.Children[index];
        if (!column.Nulls.Any) return child;
        _view.ViewOf(child, 0, rows.Length);
        NullBits.Union(_view, rows.Length, column, child);
        return _view;
    }
}

/// <summary>The same values under another type of the same layout.</summary>
public sealed class RetypeNode(SqlType type, Node inner) : Node(type)
{
    private readonly Column _view = Column.Create(type);

    public override bool Guarded => inner.Guarded;

    public override Column Evaluate(in Rows rows)
    {
        _view.ViewOf(inner.Evaluate(rows), 0, rows.Length);
        return _view;
    }
}

/// <summary>Remembers the result within a batch, for an expression that stands in several places.</summary>
public sealed class SharedNode(Node inner, Evaluation evaluation) : Node(inner.Type)
{
    private Column? _result;
    private long _number;
    private int _set;

    public override bool Guarded => inner.Guarded;

    public override Column Evaluate(in Rows rows)
    {
        if (_number == evaluation.Number && evaluation.Contains(_set, rows.Set)) return _result!;
        _result = inner.Evaluate(rows);
        _number = evaluation.Number;
        _set = rows.Set;
        return _result;
    }
}
