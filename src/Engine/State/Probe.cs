using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using OrleansStream.Columns;

namespace OrleansStream.Engine.State;

/// <summary>
/// The inner loops of a lookup by one 8-byte key. Each pass looks at one slot of every row that is still searching, without a branch on what it finds: where a search
/// ends is not predictable, and a wrong guess costs more than a slot. Small methods, so that all their variables stay in registers.
/// </summary>
internal static unsafe class Probe
{
    /// <summary>How slots lie in pages: see <see cref="ValueTable"/>.</summary>
    public struct Slots
    {
        /// <summary>Page size − 1: the bits of an address within its page.</summary>
        public nint InPage;

        /// <summary>Those bits of a page's last slot.</summary>
        public nint Last;
        public nint Size;

        /// <summary>Offset of the key in a record.</summary>
        public nint Key;

        public readonly nint Next(nint p) => p + Step(p);

        /// <summary>Bytes to the next slot; behind the last one comes the page's first. A comparison and a product, not a branch.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly nint Step(nint p)
        {
            nint isLast = (p & InPage) == Last ? 1 : 0;
            return Size - (isLast * (Last - PageHeader.Bytes + Size));
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Gather(long* values, int* rows, int n, long* wanted)
    {
        for (int i = 0; i < n; i++) wanted[i] = values[rows[i]];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Words(long* keys, int n, ulong* words)
    {
        for (int i = 0; i < n; i++) words[i] = RecordWord.Of(RowHash.OfInt64(keys[i]));
    }

    /// <summary>
    /// Slots of keys whose place is the key; stops at a key beyond the directory and gives its number. Adds the directory entries' low bits to <paramref name="flags"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int LocateDense(long* keys, int n, nint* directory, long first, int entries, in DenseSlots places, nint* to, ref nint flags)
    {
        var where = places;
        ulong end = (ulong)entries * where.Slots;
        nint seen = 0;
        int i = 0;
        for (; i < n; i++)
        {
            ulong at = (ulong)(keys[i] - first);
            if (at >= end) break;
            nint page = directory[where.Page(at)];
            seen |= page;
            nint p = (page & -PagePool.MinPageBytes) + where.Offset(at);
            to[i] = p;
            if (Sse.IsSupported) Sse.Prefetch0((void*)p);
        }

        flags |= seen;
        return i;
    }

    /// <summary>Lists the slots that are empty and gives their number.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Empty(nint* slots, int n, int* empty)
    {
        nint count = 0;
        for (nint i = 0; i < n; i++)
        {
            empty[count] = (int)i;
            count += *(ulong*)slots[i] == RecordWord.Empty ? 1 : 0;
        }

        return (int)count;
    }

    /// <summary>First slots of words; gives the union of the directory entries' low bits.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static nint Locate(ulong* words, int n, nint* directory, ulong mask, uint slots, uint size, nint* to)
    {
        nint flags = 0;
        for (int i = 0; i < n; i++)
        {
            ulong word = words[i];
            nint page = directory[word & mask];
            flags |= page;
            uint slot = (uint)(((word >> 20 & 0xFFFFF) * slots) >> 20);
            nint p = (page & -PagePool.MinPageBytes) + PageHeader.Bytes + (nint)(slot * size);
            to[i] = p;
            if (Sse.IsSupported) Sse.Prefetch0((void*)p);
        }

        return flags;
    }

    /// <summary>Compares the first slot of n rows; lists those that did not hit and gives their number.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int First(ulong* words, long* wanted, nint* to, int n, nint key, int* searching)
    {
        nint left = 0;
        for (nint i = 0; i < n; i++)
        {
            nint p = to[i];
            ulong differ = (*(ulong*)p ^ words[i]) | (ulong)(*(long*)(p + key) ^ wanted[i]);
            searching[left] = (int)i;
            left += differ != 0 ? 1 : 0;
        }

        return (int)left;
    }
}
