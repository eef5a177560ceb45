using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace OrleansStream.Engine.State;

/// <summary>
/// Heads of chains of records by hash, one a bucket; the records hold the links. The 16 bits of a head that no address needs tell, for each record in the chain, one bit that
/// its hash chooses: most searches for what is not there end at the head. In memory only.
/// </summary>
internal sealed unsafe class ChainIndex(PagePool pool)
{
    private const int AddressBits = 48;
    private static readonly nint Address = unchecked((nint)((1L << AddressBits) - 1));
    private const ulong Mix = 0x9E3779B97F4A7C15UL;

    private nint* _heads;
    private int _bits;

    /// <summary>Records that it takes before chains grow long.</summary>
    public long Capacity => _heads is null ? 0 : 1L << _bits;

    /// <summary>Empties it, with room for <paramref name="records"/>.</summary>
    public void Reset(long records)
    {
        Release();
        _bits = 64 - System.Numerics.BitOperations.LeadingZeroCount((ulong)Math.Max(records, 64) - 1);
        _heads = (nint*)pool.AllocateLarge(8L << _bits);
    }

    public void Release()
    {
        if (_heads is not null) pool.FreeLarge((nint)_heads, 8L << _bits);
        _heads = null;
    }

    /// <summary>Where a hash's chain begins; asks for its cache line.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nint* Bucket(ulong hash)
    {
        var b = _heads + (nint)((hash * Mix) >> (64 - _bits));
        if (Sse.IsSupported) Sse.Prefetch0(b);
        return b;
    }

    /// <summary>The first record of a bucket's chain, or 0 if none of that hash can be in it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint Head(nint* bucket, ulong hash) => (*bucket & Tag(hash)) != 0 ? *bucket & Address : 0;

    /// <summary>Puts a record before a bucket's chain; gives what was first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint Push(nint* bucket, ulong hash, nint record)
    {
        nint head = *bucket;
        *bucket = (head & ~Address) | Tag(hash) | record;
        return head & Address;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Tag(ulong hash) => (nint)(1UL << (AddressBits + (int)(((hash * Mix) >> 20) & 15)));
}
