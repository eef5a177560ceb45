using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
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
    private TextView _shared;
    private bool _isShared;
    private byte[]? _sharedBuffer;
    private int _sharedNumber;

    public TextColumn Column { get; } = new(type);

    /// <summary>Starts a batch: the views to write, one a row (those of rows that are not wanted stay unspecified).</summary>
    public Span<TextView> Begin(int rows)
    {
        var views = Column.Writable(rows);
        _number = -1;
        _sharedBuffer = null;
        return views;
    }

    /// <summary>Starts a text.</summary>
    public void Open()
    {
        _end = _start;
        _isShared = false;
    }

    /// <summary>The whole text is a part of an argument: long ones stay where they lie, since buffers never change.</summary>
    public void Share(in Text source, ReadOnlySpan<byte> part)
    {
        if (part.Length <= TextView.MaxInline)
        {
            Append(part);
            return;
        }

        var buffer = source.Buffer;
        if (!ReferenceEquals(buffer, _sharedBuffer)) (_sharedBuffer, _sharedNumber) = (buffer, NumberOf(buffer));
        _shared = TextView.Of(part, _sharedNumber, source.OffsetOf(part));
        _isShared = true;
    }

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
        if (_isShared) return _shared;
        int length = _end - _start;
        var bytes = _buffer.AsSpan(_start, length);
        if (length <= TextView.MaxInline) return TextView.Inline(bytes);
        if (_number < 0) _number = Column.AddBuffer(_buffer);
        var view = TextView.Of(bytes, _number, _start);
        _start = _end;
        return view;
    }

    // Neighbouring rows lie in the same few buffers.
    private int NumberOf(byte[] buffer)
    {
        var known = Column.Buffers;
        for (int i = known.Length - 1; i >= 0 && i >= known.Length - 8; i--) if (ReferenceEquals(known[i], buffer)) return i;
        return Column.AddBuffer(buffer);
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

    /// <summary>Instead of writing: the result is this part of an argument's bytes, which are not copied.</summary>
    public void Share(in Text source, ReadOnlySpan<byte> part) => arena.Share(source, part);

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

    // Of a text longer than a view.
    internal byte[] Buffer => column.Buffers[column.Views[row].Buffer];

    internal int OffsetOf(ReadOnlySpan<byte> part) =>
        column.Views[row].Offset + (int)Unsafe.ByteOffset(ref MemoryMarshal.GetReference(column[row]), ref MemoryMarshal.GetReference(part));
}
