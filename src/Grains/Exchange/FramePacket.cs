using System.Buffers;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using OrleansStream.Columns;
using OrleansStream.Engine.Flow;

namespace OrleansStream.Grains.Exchange;

/// <summary>
/// A frame as bytes, in segments of at most 64 KiB: made by the sender before the call, so that encoding is a unit of its host and not work of a socket's loop.
/// <code>
/// text job, i32 generation, i32 exchange, i32 sender, text silo, i64 sequence, i64 bytes, i32 columns, per column: text name, text type; i32 parts;
/// per part: i32 shard, i32 controls, per control: i32 row, u8 kind, i64 value; u8 1 if rows follow; rows as <see cref="BatchFormat"/> from the next multiple of 8
/// </code>
/// </summary>
[Immutable]
public sealed class FramePacket
{
    private const int SegmentBytes = 64 * 1024;

    // Schemas of exchanges: a few per job. Text → schema, so that a frame's columns are parsed once.
    private static readonly ConcurrentDictionary<string, SqlType> Types = new(StringComparer.Ordinal);

    private readonly IReadOnlyList<ReadOnlyMemory<byte>> _segments;

    internal FramePacket(IReadOnlyList<ReadOnlyMemory<byte>> segments) => _segments = segments;

    internal IReadOnlyList<ReadOnlyMemory<byte>> Segments => _segments;

    internal int Length => _segments.Sum(s => s.Length);

    public static FramePacket Of(Frame frame)
    {
        var w = new PacketWriter();
        w.Text(frame.Job);
        w.Int(frame.Generation);
        w.Int(frame.Link.Exchange);
        w.Int(frame.Link.Sender);
        w.Text(frame.Link.Silo);
        w.Long(frame.Sequence);
        w.Long(frame.Bytes);
        var schema = frame.Parts.FirstOrDefault(p => p.Rows is not null)?.Rows!.Schema ?? Schema.Empty;
        w.Int(schema.Count);
        foreach (var f in schema.Fields)
        {
            w.Text(f.Name);
            w.Text(f.Type.ToString());
        }

        w.Int(frame.Parts.Length);
        foreach (var part in frame.Parts) Write(w, part);
        return new FramePacket(w.Finish());
    }

    /// <exception cref="InvalidDataException">torn or truncated.</exception>
    public Frame ToFrame()
    {
        var r = new PacketReader(_segments);
        string job = r.Text();
        int generation = r.Int();
        int exchange = r.Int();
        int sender = r.Int();
        string silo = r.Text();
        long sequence = r.Long();
        long bytes = r.Long();
        var fields = new Field[r.Count(2)];
        for (int i = 0; i < fields.Length; i++)
        {
            string name = r.Text();
            fields[i] = new Field(name, Types.GetOrAdd(r.Text(), SqlTypeText.Parse));
        }

        var schema = new Schema([.. fields]);
        var parts = ImmutableArray.CreateBuilder<SubBatch>();
        for (int left = r.Count(9); left > 0; left--) parts.Add(ReadPart(r, schema));
        return new Frame(job, generation, new LinkId(exchange, sender, silo), sequence, parts.ToImmutable(), bytes);
    }

    private static void Write(PacketWriter w, SubBatch part)
    {
        w.Int(part.Shard);
        w.Int(part.Controls.Length);
        foreach (var c in part.Controls)
        {
            w.Int(c.Row);
            w.Byte((byte)c.Kind);
            w.Long(c.Value);
        }

        w.Byte(part.Rows is null ? (byte)0 : (byte)1);
        if (part.Rows is null) return;
        w.Pad();
        BatchFormat.Write(part.Rows, w);
    }

    private static SubBatch ReadPart(PacketReader r, Schema schema)
    {
        int shard = r.Int();
        var controls = ImmutableArray.CreateBuilder<Control>();
        for (int left = r.Count(13); left > 0; left--) controls.Add(new Control(r.Int(), (ControlKind)r.Byte(), r.Long()));
        if (r.Byte() == 0) return new SubBatch(shard, null, controls.ToImmutable());
        r.Pad();
        return new SubBatch(shard, r.Batch(schema), controls.ToImmutable());
    }

    /// <summary>Fills segments one after the other; what does not fit goes on in the next.</summary>
    private sealed class PacketWriter : IBufferWriter<byte>
    {
        private readonly List<ReadOnlyMemory<byte>> _full = [];
        private byte[] _open = GC.AllocateUninitializedArray<byte>(4 * 1024);
        private int _at;
        private long _before;

        public void Advance(int count) => _at += count;

        public Memory<byte> GetMemory(int sizeHint = 0)
        {
            Room(sizeHint);
            return _open.AsMemory(_at);
        }

        public Span<byte> GetSpan(int sizeHint = 0)
        {
            Room(sizeHint);
            return _open.AsSpan(_at);
        }

        public void Byte(byte value) => this.Write([value]);

        public void Int(int value)
        {
            BitConverter.TryWriteBytes(GetSpan(4), value);
            Advance(4);
        }

        public void Long(long value)
        {
            BitConverter.TryWriteBytes(GetSpan(8), value);
            Advance(8);
        }

        public void Text(string text)
        {
            Int(Encoding.UTF8.GetByteCount(text));
            this.Write(Encoding.UTF8.GetBytes(text));
        }

        public void Pad()
        {
            while (((_before + _at) & 7) != 0) Byte(0);
        }

        public List<ReadOnlyMemory<byte>> Finish()
        {
            if (_at > 0) _full.Add(_open.AsMemory(0, _at));
            return _full;
        }

        private void Room(int bytes)
        {
            if (_open.Length - _at >= Math.Max(1, bytes)) return;
            if (_at > 0) _full.Add(_open.AsMemory(0, _at));
            _before += _at;
            _open = GC.AllocateUninitializedArray<byte>(Math.Max(SegmentBytes, bytes));
            _at = 0;
        }
    }

    private sealed class PacketReader(IReadOnlyList<ReadOnlyMemory<byte>> segments)
    {
        private ReadOnlySequence<byte> _left = Join(segments);
        private long _at;

        public int Int()
        {
            Span<byte> bytes = stackalloc byte[4];
            Take(bytes);
            return BitConverter.ToInt32(bytes);
        }

        public long Long()
        {
            Span<byte> bytes = stackalloc byte[8];
            Take(bytes);
            return BitConverter.ToInt64(bytes);
        }

        public byte Byte()
        {
            Span<byte> bytes = stackalloc byte[1];
            Take(bytes);
            return bytes[0];
        }

        /// <summary>A number of things of at least <paramref name="least"/> bytes each.</summary>
        public int Count(int least)
        {
            int count = Int();
            return count >= 0 && (long)count * least <= _left.Length ? count : throw Torn();
        }

        public string Text()
        {
            byte[] bytes = new byte[Count(1)];
            Take(bytes);
            return Encoding.UTF8.GetString(bytes);
        }

        public void Pad() => Skip(-_at & 7);

        public Batch Batch(Schema schema)
        {
            var batch = BatchFormat.Read(_left, schema, out long consumed);
            Skip(consumed);
            return batch;
        }

        private void Take(Span<byte> to)
        {
            if (_left.Length < to.Length) throw Torn();
            _left.Slice(0, to.Length).CopyTo(to);
            Skip(to.Length);
        }

        private void Skip(long bytes)
        {
            if (_left.Length < bytes) throw Torn();
            _left = _left.Slice(bytes);
            _at += bytes;
        }

        private InvalidDataException Torn() => new($"a frame is torn at byte {_at}");

        private static ReadOnlySequence<byte> Join(IReadOnlyList<ReadOnlyMemory<byte>> segments)
        {
            Piece? first = null, last = null;
            foreach (var s in segments) last = last is null ? first = new Piece(s, 0) : last.Then(s);
            return first is null ? ReadOnlySequence<byte>.Empty : new ReadOnlySequence<byte>(first, 0, last!, last!.Memory.Length);
        }

        private sealed class Piece : ReadOnlySequenceSegment<byte>
        {
            public Piece(ReadOnlyMemory<byte> memory, long start) => (Memory, RunningIndex) = (memory, start);

            public Piece Then(ReadOnlyMemory<byte> memory)
            {
                var next = new Piece(memory, RunningIndex + Memory.Length);
                Next = next;
                return next;
            }
        }
    }
}
