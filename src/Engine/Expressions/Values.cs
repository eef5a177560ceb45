using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using OrleansStream.Columns;

namespace OrleansStream.Engine.Expressions;

/// <summary>
/// The values of a column as <typeparamref name="T"/>: bool or sbyte (one byte), short, int, long, Int128, float, double, or <see cref="Text"/>. What T is
/// costs nothing at run time: the compiler makes one method a type.
/// </summary>
internal readonly ref struct Values<T> where T : struct
{
    private readonly ref byte _first;
    private readonly TextColumn? _text;

    public Values(Column column)
    {
        _first = ref Unsafe.NullRef<byte>();
        if (typeof(T) == typeof(Text)) _text = (TextColumn)column;
        else if (column.Length > 0) _first = ref First(column);
    }

    public T this[int row]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if (typeof(T) != typeof(Text)) return Unsafe.Add(ref Unsafe.As<byte, T>(ref _first), row);
            var text = new Text(_text!, row);
            return Unsafe.As<Text, T>(ref text);
        }
    }

    /// <summary>The first value's bytes, whatever their width.</summary>
    public static ref byte First(Column column)
    {
        switch (column)
        {
            case FixedColumn<long> c: return ref Bytes(c.Values);
            case FixedColumn<int> c: return ref Bytes(c.Values);
            case FixedColumn<byte> c: return ref Bytes(c.Values);
            case FixedColumn<double> c: return ref Bytes(c.Values);
            case FixedColumn<Int128> c: return ref Bytes(c.Values);
            case FixedColumn<short> c: return ref Bytes(c.Values);
            case FixedColumn<float> c: return ref Bytes(c.Values);
            default: throw new InvalidOperationException($"{column.Type} has no fixed width");
        }
    }

    /// <summary>The column's own array to write into, as T; sets its length.</summary>
    public static ref T Writable(Column column, int rows)
    {
        switch (column)
        {
            case FixedColumn<long> c: c.Writable(rows); break;
            case FixedColumn<int> c: c.Writable(rows); break;
            case FixedColumn<byte> c: c.Writable(rows); break;
            case FixedColumn<double> c: c.Writable(rows); break;
            case FixedColumn<Int128> c: c.Writable(rows); break;
            case FixedColumn<short> c: c.Writable(rows); break;
            case FixedColumn<float> c: c.Writable(rows); break;
            default: throw new InvalidOperationException($"{column.Type} has no fixed width");
        }

        return ref Unsafe.As<byte, T>(ref First(column));
    }

    private static ref byte Bytes<TValue>(ReadOnlySpan<TValue> values) where TValue : struct => ref Unsafe.As<TValue, byte>(ref MemoryMarshal.GetReference(values));
}
