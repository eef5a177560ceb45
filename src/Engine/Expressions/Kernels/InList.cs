using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using OrleansStream.Columns;

namespace OrleansStream.Engine.Expressions.Kernels;

/// <summary>Whether an integer is one of several constants: a few by vectors, many by a hash set.</summary>
internal sealed class InNode<T>(SqlType type, Node operand, T[] values) : BitNode(type) where T : unmanaged, INumber<T>
{
    private const int FewValues = 8;
    private readonly FixedColumn<byte> _result = new(type);
    private readonly ulong[] _bits = new ulong[Bitmap.WordsFor(Batch.MaxRows)];
    private readonly HashSet<T>? _many = values.Length > FewValues ? [.. values] : null;

    public override bool Guarded => operand.Guarded;

    public override Column Evaluate(in Rows rows)
    {
        var column = operand.Evaluate(rows);
        var to = _result.Writable(rows.Length);
        NullBits.Union(_result, rows.Length, column);
        RowBits.ToBytes(Bits((FixedColumn<T>)column), to);
        return _result;
    }

    public override Span<ulong> Bits(in Rows rows, out bool anyNull)
    {
        var column = operand.Evaluate(rows);
        var bits = Bits((FixedColumn<T>)column);
        anyNull = column.Nulls.Any;
        RowBits.Without(bits, column.Nulls.Words(rows.Length));
        return bits;
    }

    private Span<ulong> Bits(FixedColumn<T> column)
    {
        var from = column.Values;
        ref T first = ref Unsafe.AsRef(in from.GetPinnableReference());
        var bits = _bits.AsSpan(0, Bitmap.WordsFor(from.Length));
        int row = 0;
        for (int w = 0; w < bits.Length; w++)
        {
            ulong word = 0;
            int start = row, end = Math.Min(row + 64, from.Length);
            if (_many is null)
            {
                for (; row <= end - Vector256<T>.Count; row += Vector256<T>.Count)
                {
                    var x = Vector256.LoadUnsafe(ref first, (nuint)row);
                    var found = Vector256<T>.Zero;
                    foreach (T v in values) found |= Vector256.Equals(x, Vector256.Create(v));
                    word |= (ulong)found.ExtractMostSignificantBits() << (row - start);
                }
            }

            for (; row < end; row++) if (_many?.Contains(from[row]) ?? values.AsSpan().Contains(from[row])) word |= 1UL << (row - start);
            bits[w] = word;
        }

        return bits;
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
