using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace OrleansStream.Columns;

/// <summary>
/// One text or binary value in 16 bytes (the layout of Arrow's Utf8View): length, then either up to 12 bytes inline (the rest 0) or the first 4 bytes,
/// a buffer number and an offset. Two inline views are equal exactly when their 16 bytes are; unequal lengths or prefixes end most comparisons.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
public struct TextView
{
    /// <summary>Longest value that lies in the view itself.</summary>
    public const int MaxInline = 12;

    private int _length;
    private uint _prefix;
    private int _buffer;
    private int _offset;

    /// <summary>Bytes.</summary>
    public readonly int Length => _length;

    /// <summary>The first four bytes, zero-padded, in memory order.</summary>
    public readonly uint Prefix => _prefix;

    public readonly bool IsInline => _length <= MaxInline;

    /// <summary>Index of the buffer of the column; meaningless when inline.</summary>
    public readonly int Buffer => _buffer;

    /// <summary>Offset in that buffer; meaningless when inline.</summary>
    public readonly int Offset => _offset;

    /// <summary>An inline view of at most <see cref="MaxInline"/> bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TextView Inline(ReadOnlySpan<byte> bytes)
    {
        TextView v = default;
        v._length = bytes.Length;
        bytes.CopyTo(MemoryMarshal.CreateSpan(ref Unsafe.As<uint, byte>(ref v._prefix), MaxInline));
        return v;
    }

    /// <summary>
    /// An inline view of the first <paramref name="length"/> (at most <see cref="MaxInline"/>) bytes at <paramref name="bytes"/>, where <see cref="MaxInline"/> bytes can be read.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TextView Inline(ref byte bytes, int length)
    {
        TextView v = default;
        ulong low = Unsafe.ReadUnaligned<ulong>(ref bytes);
        uint high = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref bytes, 8));
        v._length = length;
        Unsafe.WriteUnaligned(ref Unsafe.As<uint, byte>(ref v._prefix), length >= 8 ? low : low & ((1UL << (8 * length)) - 1));
        v._offset = length > 8 ? (int)(high & (uint)((1UL << (8 * (length - 8))) - 1)) : 0;
        return v;
    }

    /// <summary>A view of bytes that lie at <paramref name="offset"/> of buffer <paramref name="buffer"/>; longer than <see cref="MaxInline"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TextView Of(ReadOnlySpan<byte> bytes, int buffer, int offset)
    {
        TextView v = default;
        v._length = bytes.Length;
        v._prefix = Unsafe.ReadUnaligned<uint>(ref MemoryMarshal.GetReference(bytes));
        v._buffer = buffer;
        v._offset = offset;
        return v;
    }

    /// <summary>The same value in another buffer list.</summary>
    public readonly TextView Rebased(int buffer, int offset)
    {
        TextView v = this;
        v._buffer = buffer;
        v._offset = offset;
        return v;
    }

    /// <summary>The bytes of an inline view. The reference must outlive the span.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ReadOnlySpan<byte> InlineBytes(ref readonly TextView view) =>
        MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<uint, byte>(ref Unsafe.AsRef(in view._prefix)), view._length);
}
