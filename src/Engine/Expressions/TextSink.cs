using System.Runtime.CompilerServices;
using OrleansStream.Columns;

namespace OrleansStream.Engine.Expressions;

/// <summary>
/// Builds the texts of a result column, one after the other. Bytes go into buffers that are filled once and never reused (a view may be copied by its 16 bytes and
/// outlive the batch); what fits into a view takes no room in a buffer.
/// </summary>
public sealed class TextArena(SqlType type)
{
    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private int _number;

    public TextColumn Column { get; } = new(type);

    /// <summary>Starts a batch: the views to write, one a row (those of rows that are not wanted stay unspecified).</summary>
    public Span<TextView> Begin(int rows)
    {
        var views = Column.Writable(rows);
        _number = -1;
        return views;
    }

    /// <summary>Starts a text.</summary>
    public void Open() => _end = _start;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (_buffer.Length - _end < bytes.Length) Grow(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_end));
        _end += bytes.Length;
    }

    public void Append(byte value)
    {
        if (_buffer.Length == _end) Grow(1);
        _buffer[_end++] = value;
    }

    /// <summary>Room for at least <paramref name="bytes"/> bytes; follow with <see cref="Advance"/>.</summary>
    public Span<byte> Room(int bytes)
    {
        if (_buffer.Length - _end < bytes) Grow(bytes);
        return _buffer.AsSpan(_end);
    }

    public void Advance(int bytes) => _end += bytes;

    /// <summary>What has been written of the text so far.</summary>
    public Span<byte> Written => _buffer.AsSpan(_start, _end - _start);

    /// <summary>Ends the text.</summary>
    public TextView Close()
    {
        int length = _end - _start;
        var bytes = _buffer.AsSpan(_start, length);
        if (length <= TextView.MaxInline) return TextView.Inline(bytes);
        if (_number < 0) _number = Column.AddBuffer(_buffer);
        var view = TextView.Of(bytes, _number, _start);
        _start = _end;
        return view;
    }

    private void Grow(int bytes)
    {
        int written = _end - _start;
        var bigger = GC.AllocateUninitializedArray<byte>(Math.Max(TextColumn.BufferBytes, (written + bytes) * (written == 0 ? 1 : 2)));
        _buffer.AsSpan(_start, written).CopyTo(bigger);
        (_buffer, _start, _end, _number) = (bigger, 0, written, -1);
    }
}

/// <summary>What a function writes its text into.</summary>
public readonly struct TextSink(TextArena arena)
{
    internal TextArena Arena => arena;

    public void Append(ReadOnlySpan<byte> bytes) => arena.Append(bytes);

    public void Append(byte value) => arena.Append(value);

    /// <summary>Room for at least <paramref name="bytes"/> bytes; follow with <see cref="Advance"/>.</summary>
    public Span<byte> Room(int bytes) => arena.Room(bytes);

    public void Advance(int bytes) => arena.Advance(bytes);

    /// <summary>What has been written so far.</summary>
    public Span<byte> Written => arena.Written;
}

/// <summary>A text argument: a position in a column.</summary>
public readonly struct Text(TextColumn column, int row)
{
    /// <summary>UTF-8, or the bytes of a BINARY. Do not keep.</summary>
    public ReadOnlySpan<byte> Bytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => column[row];
    }
}
