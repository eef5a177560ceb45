using OrleansStream.Columns;

namespace OrleansStream.Engine.Expressions.Casts;

/// <summary>Casts the elements of nested values: those of the wanted rows, as rows of their own.</summary>
internal sealed class ElementCast
{
    private readonly HeldNode _held;
    private readonly Node _cast;
    private readonly ColumnBuilder? _nulls;
    private readonly Column _nullView;
    private int[] _positions = [];

    public ElementCast(SqlType from, SqlType to, Evaluation evaluation, bool isTry)
    {
        _held = new HeldNode(from);
        _nulls = from.Kind == TypeKind.Null ? ColumnBuilder.Create(to) : null;
        _nullView = Column.Create(to);
        _cast = _nulls is null ? Casting.To(_held, to, evaluation, isTry) : _held;
    }

    /// <summary>Elements [offsets[0], offsets[^1]) of a list or map column; those of rows that are not wanted may be anything.</summary>
    public Column Elements(Column elements, ReadOnlySpan<int> offsets, in Rows rows)
    {
        int start = offsets[0], count = offsets[^1] - start;
        if (_nulls is not null)
        {
            _nulls.Reset();
            _nulls.AppendNulls(count);
            _nulls.Show(_nullView);
            return _nullView;
        }

        _held.Hold(elements, start, count);
        if (rows.All) return _cast.Evaluate(new Rows(count, default, true, 0));
        if (_positions.Length < count) _positions = new int[count * 2];
        int n = 0;
        foreach (int row in rows.Selected) for (int i = offsets[row]; i < offsets[row + 1]; i++) _positions[n++] = i - start;
        return _cast.Evaluate(new Rows(count, _positions.AsSpan(0, n), false, 0));
    }

    /// <summary>A field of a ROW.</summary>
    public Column Field(Column child, in Rows rows)
    {
        if (_nulls is not null) return Elements(child, [0, rows.Length], rows);
        _held.Hold(child, 0, rows.Length);
        return _cast.Evaluate(rows);
    }

    /// <summary>Offsets that begin at 0.</summary>
    public static int[] Rebase(ReadOnlySpan<int> offsets, ref int[] to)
    {
        if (to.Length < offsets.Length) to = new int[offsets.Length * 2];
        for (int i = 0; i < offsets.Length; i++) to[i] = offsets[i] - offsets[0];
        return to;
    }
}

/// <summary>TRY_CAST of nested values: an element that cannot be cast makes the whole value NULL.</summary>
internal static class FailedElements
{
    /// <summary>Makes rows of the result NULL in which an element became NULL that was none.</summary>
    /// <param name="words">null bits of the result.</param>
    public static void Mark(ref Span<ulong> words, Column result, in Rows rows, ReadOnlySpan<int> offsets, Column before, Column after)
    {
        for (int n = 0; n < rows.Count; n++)
        {
            int row = rows.All ? n : rows.Selected[n];
            int start = offsets.IsEmpty ? row : offsets[row], end = offsets.IsEmpty ? row + 1 : offsets[row + 1], shift = offsets.IsEmpty ? 0 : offsets[0];
            for (int i = start; i < end; i++) if (after.IsNull(i - shift) && !before.IsNull(i)) NullBits.Set(ref words, result, rows.Length, row);
        }
    }
}

internal sealed class ListCastNode(SqlType type, Node list, Evaluation evaluation, bool isTry) : Node(type)
{
    private readonly ElementCast _elements = new(list.Type.Element!, type.Element!, evaluation, isTry);
    private readonly ListColumn _result = new(type);
    private int[] _offsets = [];

    public override bool Guarded => true;

    public override Column Evaluate(in Rows rows)
    {
        var from = (ListColumn)list.Evaluate(rows);
        var elements = _elements.Elements(from.Elements, from.Offsets, rows);
        _result.Set(ElementCast.Rebase(from.Offsets, ref _offsets), 0, rows.Length, elements, from.Nulls);
        if (!isTry) return _result;
        var words = NullBits.Union(_result, rows.Length, from);
        FailedElements.Mark(ref words, _result, rows, from.Offsets, from.Elements, elements);
        return _result;
    }
}

/// <summary>MAP to MAP, MULTISET to MULTISET.</summary>
internal sealed class MapCastNode(SqlType type, Node map, Evaluation evaluation, bool isTry) : Node(type)
{
    private readonly ElementCast _keys = new(map.Type.Key ?? map.Type.Element!, type.Key ?? type.Element!, evaluation, isTry);
    private readonly ElementCast _items = map.Type.Key is null ? new(SqlType.Int.NotNull, SqlType.Int.NotNull, evaluation, isTry) : new(map.Type.Element!, type.Element!, evaluation, isTry);
    private readonly MapColumn _result = new(type);
    private int[] _offsets = [];

    public override bool Guarded => true;

    public override Column Evaluate(in Rows rows)
    {
        var from = (MapColumn)map.Evaluate(rows);
        Column keys = _keys.Elements(from.Keys, from.Offsets, rows), items = _items.Elements(from.Items, from.Offsets, rows);
        _result.Set(ElementCast.Rebase(from.Offsets, ref _offsets), 0, rows.Length, keys, items, from.Nulls);
        if (!isTry) return _result;
        var words = NullBits.Union(_result, rows.Length, from);
        FailedElements.Mark(ref words, _result, rows, from.Offsets, from.Keys, keys);
        FailedElements.Mark(ref words, _result, rows, from.Offsets, from.Items, items);
        return _result;
    }
}

internal sealed class RowCastNode(SqlType type, Node row, Evaluation evaluation, bool isTry) : Node(type)
{
    private readonly ElementCast[] _fields = [.. row.Type.Fields.Zip(type.Fields, (f, t) => new ElementCast(f.Type, t.Type, evaluation, isTry))];
    private readonly RowColumn _result = new(type);

    public override bool Guarded => true;

    public override Column Evaluate(in Rows rows)
    {
        var from = (RowColumn)row.Evaluate(rows);
        for (int f = 0; f < _fields.Length; f++) _result.Children[f] = _fields[f].Field(from.Children[f], rows);
        _result.Set(rows.Length, from.Nulls);
        if (!isTry) return _result;
        var words = NullBits.Union(_result, rows.Length, from);
        for (int f = 0; f < _fields.Length; f++) FailedElements.Mark(ref words, _result, rows, default, from.Children[f], _result.Children[f]);
        return _result;
    }
}

/// <summary>Nested values as texts: <c>[a, b]</c>, <c>{k=v}</c>, <c>(a, b)</c>; the elements as CAST prints them, NULL as <c>NULL</c>.</summary>
internal sealed class NestedToTextNode : RowNode<TextSink>
{
    private readonly Node _value;
    private readonly ElementCast[] _parts;

    public NestedToTextNode(SqlType type, Node value, Evaluation evaluation) : base(type)
    {
        _value = value;
        var t = value.Type;
        SqlType[] parts = t.Kind switch
        {
            TypeKind.Row => [.. t.Fields.Select(f => f.Type)],
            TypeKind.Map => [t.Key!, t.Element!],
            TypeKind.Multiset => [t.Element!, SqlType.Int.NotNull],
            _ => [t.Element!],
        };
        _parts = [.. parts.Select(p => new ElementCast(p, SqlType.String, evaluation, false))];
    }

    public override Column Evaluate(in Rows rows)
    {
        var column = _value.Evaluate(rows);
        var texts = new TextColumn[_parts.Length];
        var offsets = column switch { ListColumn l => l.Offsets, MapColumn m => m.Offsets, _ => default };
        for (int p = 0; p < texts.Length; p++)
        {
            texts[p] = (TextColumn)(column switch
            {
                RowColumn r => _parts[p].Field(r.Children[p], rows),
                ListColumn l => _parts[p].Elements(l.Elements, offsets, rows),
                _ => _parts[p].Elements(p == 0 ? ((MapColumn)column).Keys : ((MapColumn)column).Items, offsets, rows),
            });
        }

        var sink = Begin(rows.Length);
        var nulls = NullBits.Union(Result, rows.Length, column);
        for (int n = 0; n < rows.Count; n++)
        {
            int row = rows.All ? n : rows.Selected[n];
            if (!nulls.IsEmpty && Bitmap.Get(nulls, row)) continue;
            var to = sink.Open();
            if (column is RowColumn) Fields(texts, row, to);
            else Entries(texts, offsets[row] - offsets[0], offsets[row + 1] - offsets[0], to);
            sink.Close(row, to);
        }

        return Result;
    }

    private static void Fields(TextColumn[] fields, int row, TextSink to)
    {
        to.Append((byte)'(');
        for (int f = 0; f < fields.Length; f++)
        {
            if (f > 0) to.Append(", "u8);
            Value(fields[f], row, to);
        }

        to.Append((byte)')');
    }

    private static void Entries(TextColumn[] parts, int start, int end, TextSink to)
    {
        bool map = parts.Length == 2;
        to.Append(map ? (byte)'{' : (byte)'[');
        for (int i = start; i < end; i++)
        {
            if (i > start) to.Append(", "u8);
            Value(parts[0], i, to);
            if (!map) continue;
            to.Append((byte)'=');
            Value(parts[1], i, to);
        }

        to.Append(map ? (byte)'}' : (byte)']');
    }

    private static void Value(TextColumn column, int row, TextSink to) => to.Append(column.IsNull(row) ? "NULL"u8 : column[row]);
}
