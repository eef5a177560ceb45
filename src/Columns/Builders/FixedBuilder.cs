using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace OrleansStream.Columns;

/// <summary>Writes a column of fixed-width values.</summary>
public sealed class FixedBuilder<T>(SqlType type) : ColumnBuilder(type) where T : unmanaged
{
    private T[] _values = [];
    private int _last;

    public override long Bytes => (long)_values.Length * Unsafe.SizeOf<T>();

    /// <summary>Appends <paramref name="rows"/> rows and gives their values to be written (contents unspecified).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<T> Append(int rows)
    {
        int at = Count;
        int need = at + rows;
        if (_values.Length < need) Grow(need);
        Count = need;
        return _values.AsSpan(at, rows);
    }

    /// <summary>Appends one row. (Not called Append: for T = int that would be the number of rows.)</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(T value) => Append(1)[0] = value;

    /// <summary>What has been written.</summary>
    public Span<T> Written => _values.AsSpan(0, Count);

    public override void Gather(Column source, ReadOnlySpan<int> rows)
    {
        int at = Count;
        ref T to = ref MemoryMarshal.GetReference(Append(rows.Length));
        ref T from = ref MemoryMarshal.GetReference(((FixedColumn<T>)source).Values);
        for (int i = 0; i < rows.Length; i++) Unsafe.Add(ref to, i) = Unsafe.Add(ref from, rows[i]);
        GatherNulls(source, rows, at);
    }

    public override void AppendRange(Column source, int start, int length)
    {
        int at = Count;
        ((FixedColumn<T>)source).Values.Slice(start, length).CopyTo(Append(length));
        RangeNulls(source, start, length, at);
    }

    protected override void AppendZeros(int rows) => Append(rows).Clear();

    public override void Show(Column column) => ((FixedColumn<T>)column).Set(_values, 0, Count, NullBits);

    protected override void Release()
    {
        _last = Count;
        _values = [];
    }

    // The first array is about as long as the last column built: columns of a frame follow each other in like sizes, and growing copies.
    private void Grow(int need)
    {
        int size = Math.Max(need, _values.Length > 0 ? _values.Length * 2 : Math.Max(64, _last + (_last / 4)));
        var bigger = GC.AllocateUninitializedArray<T>(size);
        _values.AsSpan(0, Count).CopyTo(bigger);
        _values = bigger;
    }
}
