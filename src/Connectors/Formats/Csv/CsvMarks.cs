using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace OrleansStream.Connectors.Formats.Csv;

/// <summary>
/// Finds the delimiters and line feeds outside quotes, 64 bytes at once: what is inside is the running parity of quotes, a doubled quote changes it twice. That holds
/// as long as a quote that opens follows a delimiter, a line feed or another quote; otherwise (<see cref="Irregular"/>) characters must be looked at one by one.
/// </summary>
internal ref struct CsvMarks
{
    private readonly ReadOnlySpan<byte> _s;
    private readonly byte _delimiter, _quote;
    private int _chunk;
    private ulong _marks, _inside, _mayOpen = 1;

    /// <param name="start">a record's first byte.</param>
    /// <param name="options">without an escape character.</param>
    public CsvMarks(ReadOnlySpan<byte> s, int start, CsvOptions options)
    {
        _s = s;
        _delimiter = options.Delimiter;
        _quote = options.Quote ?? options.Delimiter;
        HasQuotes = options.Quote is not null;
        _chunk = start - 64;
    }

    private bool HasQuotes { get; }

    /// <summary>A quote stands where none should, or one is not closed.</summary>
    public bool Irregular { get; private set; }

    /// <summary>Position of the next mark; the length of the text when there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Next()
    {
        if (_marks == 0 && !Load()) return _s.Length;
        int at = _chunk + BitOperations.TrailingZeroCount(_marks);
        _marks &= _marks - 1;
        return at;
    }

    private bool Load()
    {
        while (_marks == 0)
        {
            if (Irregular) return false;
            if (_chunk + 64 >= _s.Length)
            {
                Irregular = _inside != 0;
                return false;
            }

            _chunk += 64;
            ref byte at = ref Unsafe.Add(ref MemoryMarshal.GetReference(_s), _chunk);
            if (_chunk <= _s.Length - 64) Mark(ref at);
            else Tail();
        }

        return true;
    }

    private void Tail()
    {
        Span<byte> padded = stackalloc byte[64];
        padded.Clear();
        _s[_chunk..].CopyTo(padded);
        Mark(ref MemoryMarshal.GetReference(padded));
    }

    // The 64 bytes at a place.
    private void Mark(ref byte at)
    {
        ulong ends = ByteMarks.Where(ref at, _delimiter) | ByteMarks.Where(ref at, (byte)'\n');
        if (!HasQuotes)
        {
            _marks = ends;
            return;
        }

        ulong quotes = ByteMarks.Where(ref at, _quote);
        ulong inside = Parity(quotes) ^ _inside;
        ulong before = ends | quotes;
        Irregular = (quotes & inside & ~((before << 1) | _mayOpen)) != 0;
        _mayOpen = before >> 63;
        _inside = (ulong)((long)inside >> 63);
        _marks = Irregular ? 0 : ends & ~inside;
    }

    // Bit i: whether the bits up to i, it included, are odd in number. A carry-less product with all ones.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Parity(ulong bits)
    {
        if (Pclmulqdq.IsSupported) return Pclmulqdq.CarrylessMultiply(Vector128.CreateScalar(bits), Vector128<ulong>.AllBitsSet, 0).ToScalar();
        for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
        return bits;
    }
}
