using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace OrleansStream.Columns;

/// <summary>
/// Writes a column of texts. Bytes go into buffers that are filled once and never reused, so a column that was shown or built stays right while the builder goes on
/// in the rest of its last buffer; gathered views share the source's buffers instead of copying bytes.
/// </summary>
public sealed class TextBuilder(SqlType type) : ColumnBuilder(type)
{
    private TextView[] _views = [];
    private int _last;
    private byte[][] _buffers = new byte[4][];
    private int _bufferCount;
    private byte[]? _open;
    private int _openAt;
    private int _openNumber = -1;
    private long _sharedBytes;
    private int[] _map = new int[4];

    public override long Bytes => ((long)_views.Length * 16) + _sharedBytes + (_openNumber >= 0 ? _openAt : 0);

    /// <summary>Appends one value, copying its bytes.</summary>
    public void Append(ReadOnlySpan<byte> value)
    {
        if (value.Length <= TextView.MaxInline) AppendViews(1)[0] = TextView.Inline(value);
        else
        {
            int offset = Reserve(value.Length);
            value.CopyTo(_open.AsSpan(offset));
            _openAt = offset + value.Length;
            AppendViews(1)[0] = TextView.Of(value, _openNumber, offset);
        }
    }

    /// <summary>The same, out of a text of which <paramref name="readable"/> bytes (<paramref name="length"/> or more) can be read: copies whole vectors where there is room, without calls.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Append(ref byte bytes, int length, int readable)
    {
        if (length <= TextView.MaxInline && readable >= TextView.MaxInline)
        {
            AppendViews(1)[0] = TextView.Inline(ref bytes, length);
            return;
        }

        int wide = (length + 63) & ~63, at = _openAt;
        if (_openNumber < 0 || length <= TextView.MaxInline || readable < wide || _open!.Length - at < wide)
        {
            Append(MemoryMarshal.CreateReadOnlySpan(ref bytes, length));
            return;
        }

        // What is written after the value lies in the part of the buffer that nothing shows yet.
        ref byte to = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_open), at);
        for (int i = 0; i < wide; i += 64) Vector512.LoadUnsafe(ref bytes, (nuint)i).StoreUnsafe(ref to, (nuint)i);
        _openAt = at + length;
        AppendViews(1)[0] = TextView.Of(MemoryMarshal.CreateReadOnlySpan(ref bytes, length), _openNumber, at);
    }

    /// <summary>
    /// At least <paramref name="bytes"/> bytes to write one value into; call <see cref="Commit"/> with the length actually written.
    /// </summary>
    public Span<byte> Open(int bytes)
    {
        int offset = Reserve(bytes);
        return _open.AsSpan(offset);
    }

    /// <summary>Appends the value whose <paramref name="length"/> bytes were written into what <see cref="Open"/> gave.</summary>
    public void Commit(int length)
    {
        var bytes = _open.AsSpan(_openAt, length);
        if (length <= TextView.MaxInline) AppendViews(1)[0] = TextView.Inline(bytes);
        else
        {
            AppendViews(1)[0] = TextView.Of(bytes, _openNumber, _openAt);
            _openAt += length;
        }
    }

    /// <summary>Appends rows whose views the caller writes; their buffers must be this builder's (<see cref="AddBuffer"/>).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<TextView> AppendViews(int rows)
    {
        int at = Count;
        int need = at + rows;
        if (_views.Length < need) Grow(need);
        Count = need;
        return _views.AsSpan(at, rows);
    }

    private void Grow(int need)
    {
        var bigger = GC.AllocateUninitializedArray<TextView>(Math.Max(need, _views.Length > 0 ? _views.Length * 2 : Math.Max(64, _last + (_last / 4))));
        _views.AsSpan(0, Count).CopyTo(bigger);
        _views = bigger;
    }

    /// <summary>Adds a buffer that nobody writes any more, for views written through <see cref="AppendViews"/>; the same buffer gets the same number.</summary>
    public int AddBuffer(byte[] buffer)
    {
        // Recent buffers repeat: sources append batch after batch out of the same few (a generator's pool has 32).
        for (int i = _bufferCount - 1; i >= 0 && i >= _bufferCount - 64; i--) if (ReferenceEquals(_buffers[i], buffer)) return i;
        if (_bufferCount == _buffers.Length) Array.Resize(ref _buffers, _bufferCount * 2);
        _buffers[_bufferCount] = buffer;
        _sharedBytes += buffer.Length;
        return _bufferCount++;
    }

    public override void Gather(Column source, ReadOnlySpan<int> rows)
    {
        int at = Count;
        var text = (TextColumn)source;
        var to = AppendViews(rows.Length);
        ref TextView from = ref MemoryMarshal.GetReference(text.Views);
        if (text.BufferCount == 0) for (int i = 0; i < rows.Length; i++) to[i] = Unsafe.Add(ref from, rows[i]);
        else
        {
            var map = MapBuffers(text);
            for (int i = 0; i < rows.Length; i++)
            {
                ref TextView v = ref Unsafe.Add(ref from, rows[i]);
                to[i] = v.IsInline ? v : v.Rebased(MapOf(map, text, v.Buffer), v.Offset);
            }
        }

        GatherNulls(source, rows, at);
    }

    public override void AppendRange(Column source, int start, int length)
    {
        int at = Count;
        var text = (TextColumn)source;
        var to = AppendViews(length);
        var from = text.Views.Slice(start, length);
        if (text.BufferCount == 0) from.CopyTo(to);
        else
        {
            var map = MapBuffers(text);
            for (int i = 0; i < length; i++) to[i] = from[i].IsInline ? from[i] : from[i].Rebased(MapOf(map, text, from[i].Buffer), from[i].Offset);
        }

        RangeNulls(source, start, length, at);
    }

    protected override void AppendZeros(int rows) => AppendViews(rows).Clear();

    public override void Show(Column column) => ((TextColumn)column).Set(_views, 0, Count, _buffers, _bufferCount, NullBits);

    protected override void Release()
    {
        _last = Count;
        _views = [];
        _buffers = new byte[4][];
        Forget();
    }

    public override void Reset()
    {
        base.Reset();
        Forget();
    }

    private void Forget()
    {
        _bufferCount = 0;
        _sharedBytes = 0;
        _openNumber = -1;
    }

    // −1 = not asked for yet: only buffers that a gathered row names are carried along.
    private Span<int> MapBuffers(TextColumn source)
    {
        if (_map.Length < source.BufferCount) _map = new int[source.BufferCount * 2];
        var map = _map.AsSpan(0, source.BufferCount);
        map.Fill(-1);
        return map;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int MapOf(Span<int> map, TextColumn source, int buffer)
    {
        int to = map[buffer];
        return to >= 0 ? to : map[buffer] = AddBuffer(source.Buffers[buffer]);
    }

    private int Reserve(int bytes)
    {
        if (_open is null || _open.Length - _openAt < bytes)
        {
            _open = GC.AllocateUninitializedArray<byte>(Math.Max(bytes, TextColumn.BufferBytes));
            _openAt = 0;
            _openNumber = -1;
        }

        if (_openNumber < 0)
        {
            _openNumber = AddBuffer(_open);
            _sharedBytes -= _open.Length;
        }

        return _openAt;
    }
}
