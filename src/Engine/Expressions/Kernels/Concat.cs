using OrleansStream.Columns;

namespace OrleansStream.Engine.Expressions.Kernels;

/// <summary>Texts joined; with a separator NULL parts are left out, without one they make the result NULL.</summary>
internal sealed class ConcatNode(SqlType type, Node[] parts, Node? separator = null) : Node(type)
{
    private readonly TextArena _texts = new(type);
    private readonly TextColumn[] _columns = new TextColumn[parts.Length];

    public override bool Guarded => true;

    public override Column Evaluate(in Rows rows)
    {
        for (int p = 0; p < parts.Length; p++) _columns[p] = (TextColumn)parts[p].Evaluate(rows);
        var between = (TextColumn?)separator?.Evaluate(rows);
        var views = _texts.Begin(rows.Length);
        Span<ulong> nulls = default;
        int count = rows.Count;
        for (int i = 0; i < count; i++)
        {
            int row = rows.All ? i : rows.Selected[i];
            if (Write(row, between)) views[row] = _texts.Close();
            else NullBits.Set(ref nulls, _texts.Column, rows.Length, row);
        }

        return _texts.Column;
    }

    private bool Write(int row, TextColumn? between)
    {
        _texts.Open();
        if (between is null)
        {
            foreach (var c in _columns)
            {
                if (c.IsNull(row)) return false;
                _texts.Append(c[row]);
            }

            return true;
        }

        if (between.IsNull(row)) return false;
        bool first = true;
        foreach (var c in _columns)
        {
            if (c.IsNull(row)) continue;
            if (!first) _texts.Append(between[row]);
            _texts.Append(c[row]);
            first = false;
        }

        return true;
    }
}
