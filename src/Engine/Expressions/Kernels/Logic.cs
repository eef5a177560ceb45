using OrleansStream.Columns;

namespace OrleansStream.Engine.Expressions.Kernels;

/// <summary>
/// AND of several conditions. As a condition: a chain of selections, each looking only at the rows that the ones before it kept. As a value: three-valued, the later
/// ones evaluated where no earlier one was FALSE.
/// </summary>
internal sealed class AndNode(SqlType type, Node[] operands, Evaluation evaluation) : Node(type)
{
    private readonly FixedColumn<byte> _result = new(type);
    private readonly Selection[] _kept = [new(), new()];
    private readonly bool _bits = operands.All(o => o is BitNode { Guarded: false });

    public override bool Guarded => operands.Any(o => o.Guarded);

    public override void Select(in Rows rows, Selection result)
    {
        if (_bits && rows.All)
        {
            result.SetCount(RowBits.ToPositions(All(rows, out _), result.Writable(rows.Length)));
            return;
        }

        var left = rows;
        for (int i = 0; i < operands.Length; i++)
        {
            var to = i == operands.Length - 1 ? result : _kept[i & 1];
            operands[i].Select(left, to);
            if (to.Count == 0)
            {
                result.SetCount(0);
                return;
            }

            left = evaluation.Narrow(left, to);
        }
    }

    public override Column Evaluate(in Rows rows)
    {
        if (_bits && rows.Dense)
        {
            var bits = All(rows, out bool anyNull);
            if (!anyNull)
            {
                RowBits.ToBytes(bits, _result.Writable(rows.Length));
                return _result;
            }
        }

        return ThreeValued.Evaluate(operands, rows, _result, _kept, evaluation, 0);
    }

    // Comparisons of numbers cost less on all rows by vectors than on the rows that are left one by one.
    private Span<ulong> All(in Rows rows, out bool anyNull)
    {
        var bits = ((BitNode)operands[0]).Bits(rows, out anyNull);
        for (int o = 1; o < operands.Length; o++)
        {
            var more = ((BitNode)operands[o]).Bits(rows, out bool nulls);
            anyNull |= nulls;
            for (int w = 0; w < bits.Length; w++) bits[w] &= more[w];
        }

        return bits;
    }
}

/// <summary>OR: each condition looks at the rows for which no earlier one was TRUE.</summary>
internal sealed class OrNode(SqlType type, Node[] operands, Evaluation evaluation) : Node(type)
{
    private readonly FixedColumn<byte> _result = new(type);
    private readonly Selection[] _left = [new(), new()];
    private readonly Selection _true = new();
    private readonly Selection _merged = new();

    public override bool Guarded => operands.Any(o => o.Guarded);

    public override void Select(in Rows rows, Selection result)
    {
        result.SetCount(0);
        var left = rows;
        for (int i = 0; i < operands.Length; i++)
        {
            operands[i].Select(left, _true);
            if (_true.Count > 0)
            {
                RowSets.Union(result.Rows, _true.Rows, _merged);
                result.CopyFrom(_merged);
            }

            if (i == operands.Length - 1 || _true.Count == left.Count) return;
            RowSets.Except(left, _true.Rows, _left[i & 1]);
            left = evaluation.Narrow(left, _left[i & 1]);
        }
    }

    public override Column Evaluate(in Rows rows) => ThreeValued.Evaluate(operands, rows, _result, _left, evaluation, 1);
}

internal static class ThreeValued
{
    /// <summary>
    /// AND (<paramref name="decisive"/> 0) or OR (1): the decisive value wins over NULL, NULL over the other. Operands are asked only about rows that no earlier one decided.
    /// </summary>
    public static Column Evaluate(Node[] operands, in Rows rows, FixedColumn<byte> result, Selection[] scratch, Evaluation evaluation, byte decisive)
    {
        var to = result.Writable(rows.Length);
        to.Fill((byte)(1 - decisive));
        Span<ulong> nulls = default;
        var left = rows;
        for (int o = 0; o < operands.Length; o++)
        {
            var column = (FixedColumn<byte>)operands[o].Evaluate(left);
            var values = column.Values;
            var undecided = scratch[o & 1].Writable(rows.Length);
            int n = 0;
            int count = left.Count;
            for (int i = 0; i < count; i++)
            {
                int row = left.All ? i : left.Selected[i];
                if (column.IsNull(row)) NullBits.Set(ref nulls, result, rows.Length, row);
                else if (values[row] == decisive)
                {
                    to[row] = decisive;
                    if (!nulls.IsEmpty) Bitmap.Clear(nulls, row);
                    continue;
                }

                undecided[n++] = row;
            }

            scratch[o & 1].SetCount(n);
            if (n == 0) break;
            left = evaluation.Narrow(left, scratch[o & 1]);
        }

        return result;
    }
}

/// <summary>Operations on ascending positions.</summary>
internal static class RowSets
{
    /// <summary>Both of two disjoint sets.</summary>
    public static void Union(ReadOnlySpan<int> a, ReadOnlySpan<int> b, Selection result)
    {
        var to = result.Writable(a.Length + b.Length);
        int i = 0, j = 0, n = 0;
        while (i < a.Length && j < b.Length) to[n++] = a[i] < b[j] ? a[i++] : b[j++];
        while (i < a.Length) to[n++] = a[i++];
        while (j < b.Length) to[n++] = b[j++];
        result.SetCount(n);
    }

    /// <summary>Rows without some of them.</summary>
    public static void Except(in Rows rows, ReadOnlySpan<int> without, Selection result)
    {
        var to = result.Writable(rows.Length);
        int count = rows.Count, j = 0, n = 0;
        for (int i = 0; i < count; i++)
        {
            int row = rows.All ? i : rows.Selected[i];
            // Without a branch: which rows leave is chance.
            int leaves = j < without.Length && without[j] == row ? 1 : 0;
            to[n] = row;
            n += 1 - leaves;
            j += leaves;
        }

        result.SetCount(n);
    }
}

internal readonly struct Not : IUnary<bool, bool>
{
    public bool Invoke(bool a, ref bool result)
    {
        result = !a;
        return true;
    }
}

/// <summary>IS [NOT] NULL.</summary>
internal sealed class IsNullNode(SqlType type, Node operand, bool negated) : Node(type)
{
    private readonly FixedColumn<byte> _result = new(type);

    public override bool Guarded => operand.Guarded;

    public override Column Evaluate(in Rows rows)
    {
        var column = operand.Evaluate(rows);
        var to = _result.Writable(rows.Length);
        if (!column.Nulls.Any) to.Fill(negated ? (byte)1 : (byte)0);
        else
        {
            RowBits.ToBytes(column.Nulls.Words(rows.Length), to);
            if (negated) for (int i = 0; i < to.Length; i++) to[i] ^= 1;
        }

        return _result;
    }
}

/// <summary>IS [NOT] TRUE, IS [NOT] FALSE: never NULL.</summary>
internal sealed class IsNode(SqlType type, Node operand, bool wanted, bool negated) : Node(type)
{
    private readonly FixedColumn<byte> _result = new(type);

    public override bool Guarded => operand.Guarded;

    public override Column Evaluate(in Rows rows)
    {
        var column = (FixedColumn<byte>)operand.Evaluate(rows);
        var values = column.Values;
        var to = _result.Writable(rows.Length);
        for (int i = 0; i < to.Length; i++) to[i] = (!column.IsNull(i) && (values[i] != 0) == wanted) != negated ? (byte)1 : (byte)0;
        return _result;
    }
}

/// <summary>IS [NOT] DISTINCT FROM: comparison in which NULL equals NULL.</summary>
internal sealed class IsDistinctNode(SqlType type, Node a, Node b, Node equal, bool negated) : Node(type)
{
    private readonly FixedColumn<byte> _result = new(type);

    public override bool Guarded => true;

    public override Column Evaluate(in Rows rows)
    {
        var same = ((FixedColumn<byte>)equal.Evaluate(rows)).Values;
        Column ca = a.Evaluate(rows), cb = b.Evaluate(rows);
        var to = _result.Writable(rows.Length);
        int count = rows.Count;
        for (int i = 0; i < count; i++)
        {
            int row = rows.All ? i : rows.Selected[i];
            bool na = ca.IsNull(row), nb = cb.IsNull(row);
            to[row] = (na || nb ? na != nb : same[row] == 0) != negated ? (byte)1 : (byte)0;
        }

        return _result;
    }
}
