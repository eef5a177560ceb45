using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace OrleansStream.Connectors.Formats.Csv;

/// <summary>
/// Finds the characters that mean something (delimiter, quote, escape, line feed) in 32 bytes at once, and gives them one after the other: for text whose quotes
/// <see cref="CsvMarks"/> cannot tell apart.
/// </summary>
internal ref struct CsvScanner
{
    private readonly ReadOnlySpan<byte> _s;
    private readonly byte _delimiter, _quote, _escape;
    private int _chunk;
    private uint _marks;

    /// <param name="start">a record's first byte.</param>
    public CsvScanner(ReadOnlySpan<byte> s, int start, CsvOptions options)
    {
        _s = s;
        _delimiter = options.Delimiter;
        _quote = options.Quote ?? _delimiter;
        _escape = options.Escape ?? _delimiter;
        _chunk = start - 32;
    }

    /// <summary>Position of the next mark; the length of the text when there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Next()
    {
        if (_marks == 0 && !Load()) return _s.Length;
        int at = _chunk + BitOperations.TrailingZeroCount(_marks);
        _marks &= _marks - 1;
        return at;
    }

    /// <summary>Drops the mark at <paramref name="at"/> if that is the next one: it was escaped.</summary>
    public void Drop(int at)
    {
        if (_marks == 0 && !Load()) return;
        if (_chunk + BitOperations.TrailingZeroCount(_marks) == at) _marks &= _marks - 1;
    }

    private bool Load()
    {
        while (_marks == 0)
        {
            if (_chunk + 32 >= _s.Length) return false;
            _chunk += 32;
            _marks = _chunk <= _s.Length - 32 ? MarksOf(Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(_s), (nuint)_chunk)) : TailMarks();
        }

        return true;
    }

    private readonly uint MarksOf(Vector256<byte> v) =>
        (Vector256.Equals(v, Vector256.Create(_delimiter)) | Vector256.Equals(v, Vector256.Create(_quote))
            | Vector256.Equals(v, Vector256.Create(_escape)) | Vector256.Equals(v, Vector256.Create((byte)'\n'))).ExtractMostSignificantBits();

    private readonly uint TailMarks()
    {
        uint marks = 0;
        for (int i = _chunk; i < _s.Length; i++)
        {
            byte c = _s[i];
            if (c == _delimiter || c == _quote || c == _escape || c == '\n') marks |= 1u << (i - _chunk);
        }

        return marks;
    }
}
