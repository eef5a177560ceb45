using System.Runtime.CompilerServices;

namespace OrleansStream.Columns;

/// <summary>
/// Text or binary values: views over shared buffers of at most <see cref="BufferBytes"/> (larger only for a single larger value). Buffers are written once and never
/// reused, so a view may be copied by its 16 bytes together with its buffer list.
/// </summary>
public sealed class TextColumn(SqlType type) : Column(type)
{
    /// <summary>Size of a text buffer: below the large-object threshold.</summary>
    public const int BufferBytes = 64 * 1024;

    private TextView[] _views = [];
    private TextView[] _own = [];
    private int _start;
    private byte[][] _buffers = [];

    public ReadOnlySpan<TextView> Views => _views.AsSpan(_start, Length);

    /// <summary>The buffers that the views name.</summary>
    public ReadOnlySpan<byte[]> Buffers => _buffers.AsSpan(0, BufferCount);

    public int BufferCount { get; private set; }

    /// <summary>Bytes of the row's value. The span of an inline value points into this column's views: it lives as long as they are not rewritten.</summary>
    public ReadOnlySpan<byte> this[int row]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            ref readonly TextView v = ref _views[_start + row];
            return v.IsInline ? TextView.InlineBytes(in v) : _buffers[v.Buffer].AsSpan(v.Offset, v.Length);
        }
    }

    /// <summary>Sets the length, empties the buffer list, and gives this column's own views to write; says that no row is NULL.</summary>
    public Span<TextView> Writable(int rows)
    {
        if (_own.Length < rows) _own = GC.AllocateUninitializedArray<TextView>(Math.Max(rows, Batch.MaxRows));
        _views = _own;
        _start = 0;
        Length = rows;
        BufferCount = 0;
        _buffers = _ownBuffers;
        ClearNulls();
        return _own.AsSpan(0, rows);
    }

    private byte[][] _ownBuffers = new byte[4][];

    /// <summary>Adds a buffer for views written after <see cref="Writable"/>; gives its number.</summary>
    public int AddBuffer(byte[] buffer)
    {
        if (BufferCount == _ownBuffers.Length) Array.Resize(ref _ownBuffers, BufferCount * 2);
        _buffers = _ownBuffers;
        _buffers[BufferCount] = buffer;
        return BufferCount++;
    }

    /// <summary>After <see cref="Writable"/>: uses the buffers of <paramref name="source"/>, so that its views may be copied as they are.</summary>
    public void ShareBuffers(TextColumn source)
    {
        BufferCount = 0;
        foreach (var b in source.Buffers) AddBuffer(b);
    }

    /// <summary>Takes over views and buffers that nobody writes any more.</summary>
    public void Set(TextView[] views, int start, int length, byte[][] buffers, int bufferCount, Bitmap nulls)
    {
        _views = views;
        _start = start;
        Length = length;
        _buffers = buffers;
        BufferCount = bufferCount;
        SetNulls(nulls);
    }

    protected override void ViewValues(Column source, int start, int length)
    {
        var s = (TextColumn)source;
        _views = s._views;
        _start = s._start + start;
        _buffers = s._buffers;
        BufferCount = s.BufferCount;
    }
}
