using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using OrleansStream.Columns;

namespace OrleansStream.Engine.Expressions.Kernels;

/// <summary>Collects rows out of several columns of one layout into one result.</summary>
internal sealed class Merge(SqlType type)
{
    private readonly Column _result = Column.Create(type);
    private readonly ColumnBuilder? _nested = type.Width == 0 ? ColumnBuilder.Create(type) : null;
    private readonly Column?[] _sources = type.Width == 0 ? new Column[Batch.MaxRows] : [];
    private ulong[] _nulls = [];
    private bool _anyNull;
    private int _length;

    public void Begin(int length)
    {
        _length = length;
        switch (_result)
        {
            case TextColumn t: t.Writable(length); break;
            case { } c when _nested is null && length > 0: Values<byte>.Writable(c, length); break;
            default: Array.Clear(_sources, 0, _sources.Length); break;
        }

        _result.ClearNulls();
        _anyNull = false;
    }

    /// <summary>Takes the given rows of a column.</summary>
    public void Take(Column source, in Rows rows)
    {
        if (rows.Count == 0) return;
        switch (_result)
        {
            case FixedColumn<long>: Copy<long>(source, rows); break;
            case FixedColumn<int>: Copy<int>(source, rows); break;
            case FixedColumn<byte>: Copy<byte>(source, rows); break;
            case FixedColumn<double>: Copy<double>(source, rows); break;
            case FixedColumn<Int128>: Copy<Int128>(source, rows); break;
            case FixedColumn<short>: Copy<short>(source, rows); break;
            case FixedColumn<float>: Copy<float>(source, rows); break;
            case TextColumn to: CopyTexts((TextColumn)source, to, rows); break;
            default:
                for (int i = 0; i < rows.Count; i++) _sources[rows.All ? i : rows.Selected[i]] = source;
                break;
        }

        if (!source.Nulls.Any || _nested is not null) return;
        var nulls = source.Nulls;
        for (int i = 0; i < rows.Count; i++)
        {
            int row = rows.All ? i : rows.Selected[i];
            if (nulls[row]) SetNull(row);
        }
    }

    /// <summary>Takes the given rows of a result: its column's, or its one value.</summary>
    public void Take(Node node, in Rows rows)
    {
        if (node is not LiteralNode { IsNull: false } literal || _nested is not null)
        {
            Take(node.Evaluate(rows), rows);
            return;
        }

        switch (_result)
        {
            case FixedColumn<long>: Fill<long>(literal, rows); break;
            case FixedColumn<int>: Fill<int>(literal, rows); break;
            case FixedColumn<byte>: Fill<byte>(literal, rows); break;
            case FixedColumn<double>: Fill<double>(literal, rows); break;
            case TextColumn to:
                var view = ((TextColumn)literal.All).Views[0];
                if (!view.IsInline) view = view.Rebased(to.AddBuffer(((TextColumn)literal.All).Buffers[view.Buffer]), view.Offset);
                ref TextView views = ref MemoryMarshal.GetReference(to.Views);
                int count = rows.Count;
                for (int i = 0; i < count; i++) Unsafe.Add(ref views, rows.All ? i : rows.Selected[i]) = view;
                break;
            default: Take(node.Evaluate(rows), rows); break;
        }
    }

    private void Fill<T>(LiteralNode literal, in Rows rows) where T : unmanaged
    {
        T value = ((FixedColumn<T>)literal.All).Values[0];
        ref T to = ref MemoryMarshal.GetReference(((FixedColumn<T>)_result).Values);
        if (rows.All) MemoryMarshal.CreateSpan(ref to, rows.Length).Fill(value);
        else foreach (int i in rows.Selected) Unsafe.Add(ref to, i) = value;
    }

    public void SetNull(int row)
    {
        if (!_anyNull)
        {
            if (_nulls.Length < Bitmap.WordsFor(_length)) _nulls = new ulong[Math.Max(Bitmap.WordsFor(_length), Bitmap.WordsFor(Batch.MaxRows))];
            _nulls.AsSpan().Clear();
            _anyNull = true;
        }

        Bitmap.Set(_nulls, row);
    }

    public Column End()
    {
        if (_nested is not null)
        {
            // Nested values cannot be written by position: they are appended in order.
            _nested.Reset();
            for (int row = 0; row < _length; row++)
            {
                if (_sources[row] is { } source) _nested.AppendRange(source, row, 1);
                else _nested.AppendNulls(1);
            }

            _nested.Show(_result);
            return _result;
        }

        _result.SetNulls(_anyNull ? new Bitmap(_nulls, 0) : default);
        return _result;
    }

    private void Copy<T>(Column source, in Rows rows) where T : unmanaged
    {
        ref T from = ref MemoryMarshal.GetReference(((FixedColumn<T>)source).Values);
        ref T to = ref MemoryMarshal.GetReference(((FixedColumn<T>)_result).Values);
        if (rows.All) ((FixedColumn<T>)source).Values.CopyTo(MemoryMarshal.CreateSpan(ref to, rows.Length));
        else foreach (int i in rows.Selected) Unsafe.Add(ref to, i) = Unsafe.Add(ref from, i);
    }

    private static void CopyTexts(TextColumn source, TextColumn to, in Rows rows)
    {
        int first = to.BufferCount;
        foreach (byte[] b in source.Buffers) to.AddBuffer(b);
        ref TextView from = ref MemoryMarshal.GetReference(source.Views);
        ref TextView views = ref MemoryMarshal.GetReference(to.Views);
        for (int i = 0; i < rows.Count; i++)
        {
            int row = rows.All ? i : rows.Selected[i];
            ref TextView v = ref Unsafe.Add(ref from, row);
            Unsafe.Add(ref views, row) = v.IsInline ? v : v.Rebased(first + v.Buffer, v.Offset);
        }
    }
}

/// <summary>CASE WHEN … THEN … ELSE … END: a branch is evaluated on its rows only, so what would fail elsewhere does not.</summary>
internal sealed class CaseNode(SqlType type, Node[] conditions, Node[] results, Node? otherwise, Evaluation evaluation) : Node(type)
{
    private readonly Merge _merge = new(type);
    private readonly Selection _true = new();
    private readonly Selection[] _left = [new(), new()];
    private readonly bool _bits = conditions.All(c => c is BitNode { Guarded: false });
    private readonly ulong[] _leftBits = new ulong[Bitmap.WordsFor(Batch.MaxRows)];

    public override bool Guarded => true;

    public override Column Evaluate(in Rows rows)
    {
        _merge.Begin(rows.Length);
        if (_bits && rows.All) return ByBits(rows);
        var left = rows;
        for (int i = 0; i < conditions.Length && left.Count > 0; i++)
        {
            conditions[i].Select(left, _true);
            if (_true.Count > 0)
            {
                var chosen = evaluation.Narrow(left, _true);
                _merge.Take(results[i], chosen);
            }

            if (_true.Count == 0) continue;
            RowSets.Except(left, _true.Rows, _left[i & 1]);
            left = evaluation.Narrow(rows, _left[i & 1]);
        }

        return Otherwise(left);
    }

    // Conditions that are cheap on all rows: which branch a row takes is then a matter of a few words.
    private Column ByBits(in Rows rows)
    {
        var left = _leftBits.AsSpan(0, Bitmap.WordsFor(rows.Length));
        left.Fill(ulong.MaxValue);
        if ((rows.Length & 63) != 0) left[^1] = (1UL << rows.Length) - 1;
        for (int i = 0; i < conditions.Length; i++)
        {
            var chosen = ((BitNode)conditions[i]).Bits(rows, out _);
            for (int w = 0; w < left.Length; w++)
            {
                chosen[w] &= left[w];
                left[w] &= ~chosen[w];
            }

            _true.SetCount(RowBits.ToPositions(chosen, _true.Writable(rows.Length)));
            if (_true.Count > 0) _merge.Take(results[i], evaluation.Narrow(rows, _true));
        }

        _left[0].SetCount(RowBits.ToPositions(left, _left[0].Writable(rows.Length)));
        return Otherwise(evaluation.Narrow(rows, _left[0]));
    }

    private Column Otherwise(in Rows left)
    {
        if (left.Count == 0) return _merge.End();
        if (otherwise is not null) _merge.Take(otherwise, left);
        else for (int i = 0; i < left.Count; i++) _merge.SetNull(left.All ? i : left.Selected[i]);
        return _merge.End();
    }
}

/// <summary>The first operand that is not NULL; later ones are evaluated only on the rows that need them.</summary>
internal sealed class CoalesceNode(SqlType type, Node[] operands, Evaluation evaluation) : Node(type)
{
    private readonly Merge _merge = new(type);
    private readonly Selection _found = new();
    private readonly Selection[] _left = [new(), new()];

    public override bool Guarded => operands.Any(o => o.Guarded);

    public override Column Evaluate(in Rows rows)
    {
        _merge.Begin(rows.Length);
        var left = rows;
        for (int i = 0; i < operands.Length; i++)
        {
            var column = operands[i].Evaluate(left);
            if (i == operands.Length - 1 || !column.Nulls.Any)
            {
                _merge.Take(column, left);
                break;
            }

            var found = _found.Writable(rows.Length);
            var missing = _left[i & 1].Writable(rows.Length);
            int n = 0, m = 0;
            for (int r = 0; r < left.Count; r++)
            {
                int row = left.All ? r : left.Selected[r];
                if (column.IsNull(row)) missing[m++] = row;
                else found[n++] = row;
            }

            _found.SetCount(n);
            _left[i & 1].SetCount(m);
            _merge.Take(column, new Rows(rows.Length, _found.Rows, n == rows.Length, rows.Set));
            if (m == 0) break;
            left = evaluation.Narrow(rows, _left[i & 1]);
        }

        return _merge.End();
    }
}
