using System.Runtime.CompilerServices;

namespace OrleansStream.Connectors.Formats;

/// <summary>Short integers whose place is known.</summary>
internal static class Digits
{
    private const ulong Zeros = 0x3030303030303030, Sixes = 0x0606060606060606, HighNibbles = 0xF0F0F0F0F0F0F0F0;

    /// <summary>
    /// An integer of up to 16 digits at [from, to), with a minus or without; false = anything else, or too near to the start of the text. Eight digits at once: the bytes
    /// that end with the field, those before it made zero.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryInteger(ref byte text, int from, int to, out long value)
    {
        bool negative = to > from && Unsafe.Add(ref text, from) == '-';
        int n = to - from - (negative ? 1 : 0);
        value = 0;
        if ((uint)(n - 1) >= 16 || to < 16) return false;
        ulong low = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref text, to - 8)) ^ Zeros, high = 0;
        if (n <= 8) low &= ulong.MaxValue << (64 - (8 * n));
        else high = (Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref text, to - 16)) ^ Zeros) & (ulong.MaxValue << (128 - (8 * n)));
        if ((((low | (low + Sixes)) | (high | (high + Sixes))) & HighNibbles) != 0) return false;
        value = Eight(low);
        if (high != 0) value += Eight(high) * 100_000_000;
        if (negative) value = -value;
        return true;
    }

    // The first digit lies in the lowest byte.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Eight(ulong x)
    {
        x = ((x * 2561) >> 8) & 0x00FF00FF00FF00FF;
        x = ((x * 6553601) >> 16) & 0x0000FFFF0000FFFF;
        return (long)((x * 42949672960001) >> 32);
    }
}
