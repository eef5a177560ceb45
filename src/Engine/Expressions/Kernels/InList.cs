using OrleansStream.Columns;

namespace OrleansStream.Engine.Expressions.Kernels;

/// <summary>Whether an integer is one of several constants.</summary>
internal sealed class InNode<T>(SqlType type, Node operand, T[] values) : Node(type) where T : unmanaged
{
    private const int FewValues = 8;
    private readonly FixedColumn<byte> _result = new(type);
    private readonly HashSet<T>? _many = values.Length > FewValues ? [.. values] : null;

    public override bool Guarded => operand.Guarded;

    public override Column Evaluate(in Rows rows)
    {
        var column = (FixedColumn<T>)operand.Evaluate(rows);
        var from = column.Values;
        var to = _result.Writable(rows.Length);
        NullBits.Union(_result, rows.Length, column);
        for (int i = 0; i < to.Length; i++) to[i] = (_many is null ? Among(from[i]) : _many.Contains(from[i])) ? (byte)1 : (byte)0;
        return _result;
    }

    // A few comparisons without a branch are faster than any search.
    private bool Among(T value)
    {
        bool found = false;
        foreach (T v in values) found |= EqualityComparer<T>.Default.Equals(v, value);
        return found;
    }
}

/// <summary>Whether a text is one of several constants: by length first.</summary>
internal sealed class InTextsNode(SqlType type, Node operand, byte[][] values) : Node(type)
{
    private readonly FixedColumn<byte> _result = new(type);
    private readonly byte[]?[][] _byLength = [.. Enumerable.Range(0, values.Max(v => v.Length) + 1).Select(n => values.Where(v => v.Length == n).ToArray())];

    public override bool Guarded => true;

    public override Column Evaluate(in Rows rows)
    {
        var column = (TextColumn)operand.Evaluate(rows);
        var to = _result.Writable(rows.Length);
        var nulls = NullBits.Union(_result, rows.Length, column);
        int count = rows.Count;
        for (int i = 0; i < count; i++)
        {
            int row = rows.All ? i : rows.Selected[i];
            if (!nulls.IsEmpty && Bitmap.Get(nulls, row)) continue;
            var text = column[row];
            bool found = false;
            if (text.Length < _byLength.Length) foreach (byte[]? v in _byLength[text.Length]) found |= text.SequenceEqual(v);
            to[row] = found ? (byte)1 : (byte)0;
        }

        return _result;
    }
}
