using System.Runtime.CompilerServices;

namespace OrleansStream.Columns;

/// <summary>
/// A view of null bits: bit i set = row i is NULL. <c>default</c> = no row is NULL. Row 0 is always bit 0 of word <c>start</c>, so kernels work on whole words;
/// bits past the column's length are unspecified.
/// </summary>
public readonly struct Bitmap(ulong[] words, int start)
{
    private readonly ulong[]? _words = words;
    private readonly int _start = start;

    /// <summary>Whether any row may be NULL.</summary>
    public bool Any => _words is not null;

    /// <summary>The words that hold <paramref name="rows"/> rows; empty when no row is NULL.</summary>
    public ReadOnlySpan<ulong> Words(int rows) => _words is null ? default : _words.AsSpan(_start, WordsFor(rows));

    /// <summary>Whether the row is NULL.</summary>
    public bool this[int row]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _words is not null && (_words[_start + (row >> 6)] >> row & 1) != 0;
    }

    /// <summary>64-bit words that hold one bit for each of <paramref name="rows"/> rows.</summary>
    public static int WordsFor(int rows) => (rows + 63) >> 6;

    public static void Set(Span<ulong> words, int row) => words[row >> 6] |= 1UL << row;

    public static void Clear(Span<ulong> words, int row) => words[row >> 6] &= ~(1UL << row);

    public static bool Get(ReadOnlySpan<ulong> words, int row) => (words[row >> 6] >> row & 1) != 0;

    /// <summary>
    /// The bits of rows [start, start + length): without copying when <paramref name="start"/> is a multiple of 64, else shifted into <paramref name="scratch"/>.
    /// </summary>
    public Bitmap Slice(int start, int length, ref ulong[]? scratch)
    {
        if (_words is null) return default;
        int shift = start & 63;
        int first = _start + (start >> 6);
        if (shift == 0) return new Bitmap(_words, first);
        int count = WordsFor(length);
        if (scratch is null || scratch.Length < count) scratch = new ulong[Math.Max(count, WordsFor(Batch.MaxRows))];
        for (int i = 0; i < count; i++)
        {
            ulong low = _words[first + i] >> shift;
            ulong high = first + i + 1 < _words.Length ? _words[first + i + 1] << (64 - shift) : 0;
            scratch[i] = low | high;
        }

        return new Bitmap(scratch, 0);
    }
}
