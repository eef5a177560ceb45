using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.State;

/// <summary>Where the null bit of a field lies in a record; a mask of 0 = the field is never NULL.</summary>
public readonly record struct NullBit(int Offset, byte Mask)
{
    public bool Nullable => Mask != 0;
}

/// <summary>
/// Byte offsets in a record, from its address on. First the header word (<see cref="RecordWord"/>), then key, sub-key and value fields, wider ones first, each aligned to
/// its width (at most 8), then the null bits. The null bits of the first eight nullable key fields lie in the header word, so that comparing words compares them.
/// Texts are 16-byte <see cref="TextView"/>s whose long bytes lie in the page's heap; nested values are the texts that <see cref="CellBytes"/> makes of them.
/// </summary>
/// <param name="Size">bytes of a record as it is stored; a multiple of 8.</param>
/// <param name="ExpiryOffset">where the expiry (ms) lies, or −1 without TTL.</param>
/// <param name="PairOffset">where the hash of key and sub-key lies, or −1 without sub-key.</param>
public sealed record RecordLayout(
    int Size,
    ImmutableArray<int> KeyOffsets,
    ImmutableArray<int> SubKeyOffsets,
    ImmutableArray<int> ValueOffsets,
    ImmutableArray<NullBit> KeyNulls,
    ImmutableArray<NullBit> SubKeyNulls,
    ImmutableArray<NullBit> ValueNulls,
    int ExpiryOffset,
    int PairOffset)
{
    /// <summary>Bytes before the first field.</summary>
    public const int HeaderBytes = 8;

    /// <summary>The layout of a spec's records.</summary>
    public static RecordLayout Of(StateSpec spec)
    {
        var key = spec.Key.Fields;
        var sub = spec.SubKey?.Fields ?? [];
        var all = key.AddRange(sub).AddRange(spec.Value.Fields);
        var offsets = new int[all.Length];
        int at = HeaderBytes;
        int expiry = -1;
        if (spec.Ttl.Milliseconds > 0)
        {
            expiry = at;
            at += 8;
        }

        int pair = -1;
        if (spec.SubKey is not null)
        {
            pair = at;
            at += 8;
        }

        foreach (int i in Enumerable.Range(0, all.Length).OrderByDescending(i => Math.Min(WidthOf(all[i].Type), 8)))
        {
            int width = WidthOf(all[i].Type);
            offsets[i] = Align(at, Math.Min(width, 8));
            at = offsets[i] + width;
        }

        var nulls = new NullBit[all.Length];
        int inWord = 0, trailing = 0;
        for (int i = 0; i < all.Length; i++)
        {
            if (!all[i].Type.Nullable) continue;
            if (i < key.Length + sub.Length && inWord < 8) nulls[i] = new NullBit(RecordWord.NullByte, (byte)(1 << inWord++));
            else
            {
                nulls[i] = new NullBit(at + (trailing >> 3), (byte)(1 << (trailing & 7)));
                trailing++;
            }
        }

        int size = Align(at + ((trailing + 7) / 8), 8);
        int keys = key.Length, subs = keys + sub.Length;
        return new RecordLayout(
            size, [.. offsets[..keys]], [.. offsets[keys..subs]], [.. offsets[subs..]], [.. nulls[..keys]], [.. nulls[keys..subs]], [.. nulls[subs..]], expiry, pair);
    }

    /// <summary>Bytes that a value takes in a record.</summary>
    private static int WidthOf(SqlType type) => type.Width == 0 ? SqlType.Bytes.Width : type.Width;

    private static int Align(int at, int to) => (at + to - 1) / to * to;
}

/// <summary>
/// The header word of a record: the RowHash of its key with bit 53 set (so a record's word is never 0 or <see cref="Removed"/>) and bits 40–47 replaced by
/// null bits. Bits 54–63 are the key group, bits 0–19 choose a page, bits 20–39 a slot in it.
/// </summary>
internal static class RecordWord
{
    public const ulong Empty = 0;

    /// <summary>A slot whose record was removed: a search goes on past it.</summary>
    public const ulong Removed = 1;

    /// <summary>Offset of bits 40–47 in the record (little-endian).</summary>
    public const int NullByte = 5;

    private const ulong Occupied = 1UL << 53;
    private const ulong Nulls = 0xFFUL << 40;

    /// <summary>The word of a key without NULLs.</summary>
    public static ulong Of(ulong hash) => (hash & ~Nulls) | Occupied;

    public static System.Runtime.Intrinsics.Vector256<ulong> Of(System.Runtime.Intrinsics.Vector256<ulong> hashes) =>
        (hashes & System.Runtime.Intrinsics.Vector256.Create(~Nulls)) | System.Runtime.Intrinsics.Vector256.Create(Occupied);

    /// <summary>What <see cref="Of(ulong)"/> makes the same word of as of the hash that the word was made of.</summary>
    public static ulong WithoutNulls(ulong word) => word & ~Nulls;

    public static ulong WithNull(ulong word, byte mask) => word | ((ulong)mask << 40);
}
