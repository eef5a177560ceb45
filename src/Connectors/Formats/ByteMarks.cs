using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace OrleansStream.Connectors.Formats;

/// <summary>Places of bytes in 64 bytes of text, as the bits of a word: the lowest bit is the first byte.</summary>
internal static class ByteMarks
{
    /// <summary>Where a byte stands among the 64 at a place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Where(ref byte at, byte value)
    {
        if (Vector512.IsHardwareAccelerated) return Vector512.Equals(Vector512.LoadUnsafe(ref at), Vector512.Create(value)).ExtractMostSignificantBits();
        var v = Vector256.Create(value);
        ulong high = Vector256.Equals(Vector256.LoadUnsafe(ref at, 32), v).ExtractMostSignificantBits();
        return Vector256.Equals(Vector256.LoadUnsafe(ref at), v).ExtractMostSignificantBits() | (high << 32);
    }

    /// <summary>Writes the positions of the bits, counted from <paramref name="chunk"/>; gives their number. Up to 64 places are written, whatever the number.</summary>
    /// <param name="usual">a constant, 4, 8 or 12: so many are written without a branch on their number, which would be mispredicted. What is too much is overwritten.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Put(ulong marks, int usual, int chunk, ref int to)
    {
        int n = BitOperations.PopCount(marks);
        Four(ref marks, chunk, ref to);
        if (usual > 4) Four(ref marks, chunk, ref Unsafe.Add(ref to, 4));
        if (usual > 8) Four(ref marks, chunk, ref Unsafe.Add(ref to, 8));
        for (int done = usual; done < n; done += 4) Four(ref marks, chunk, ref Unsafe.Add(ref to, done));
        return n;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four(ref ulong marks, int chunk, ref int to)
    {
        ulong bits = marks;
        to = chunk + BitOperations.TrailingZeroCount(bits);
        bits &= bits - 1;
        Unsafe.Add(ref to, 1) = chunk + BitOperations.TrailingZeroCount(bits);
        bits &= bits - 1;
        Unsafe.Add(ref to, 2) = chunk + BitOperations.TrailingZeroCount(bits);
        bits &= bits - 1;
        Unsafe.Add(ref to, 3) = chunk + BitOperations.TrailingZeroCount(bits);
        marks = bits & (bits - 1);
    }
}
