using System.Buffers;
using System.Buffers.Text;
using System.Runtime.CompilerServices;

namespace OrleansStream.Connectors.Formats;

/// <summary>Writes small pieces into an <see cref="IBufferWriter{T}"/> without asking it for each; call <see cref="Flush"/> at the end.</summary>
public ref struct ByteWriter(IBufferWriter<byte> to)
{
    private const int Chunk = 4096;
    private readonly IBufferWriter<byte> _to = to;
    private Span<byte> _span;
    private int _at;

    /// <summary>At least <paramref name="bytes"/> bytes to write into; then <see cref="Advance"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> Room(int bytes)
    {
        if (_span.Length - _at < bytes) Next(bytes);
        return _span[_at..];
    }

    public void Advance(int bytes) => _at += bytes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Byte(byte value)
    {
        Room(1)[0] = value;
        _at++;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Bytes(scoped ReadOnlySpan<byte> value)
    {
        value.CopyTo(Room(value.Length));
        _at += value.Length;
    }

    public void Integer(long value)
    {
        Utf8Formatter.TryFormat(value, Room(20), out int n);
        _at += n;
    }

    /// <summary>Exactly <paramref name="digits"/> digits, with zeros before; larger values take more.</summary>
    public void Padded(int value, int digits)
    {
        Utf8Formatter.TryFormat(value, Room(16), out int n, new StandardFormat('D', (byte)digits));
        _at += n;
    }

    public void Ascii(scoped ReadOnlySpan<char> value)
    {
        var to = Room(value.Length);
        for (int i = 0; i < value.Length; i++) to[i] = (byte)value[i];
        _at += value.Length;
    }

    public void Flush()
    {
        if (_at > 0) _to.Advance(_at);
        _span = default;
        _at = 0;
    }

    private void Next(int bytes)
    {
        Flush();
        _span = _to.GetSpan(Math.Max(bytes, Chunk));
    }
}
