using System.Buffers;
using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace OrleansStream.Columns;

/// <summary>
/// A batch as bytes: for the exchange, checkpoints and streams alike. Little-endian; every array begins at a multiple of 8 from the batch's start.
/// <code>
/// header   u16 'OB', u16 version, u8 flags (1 kinds, 2 hashes), u8[3] 0, i32 rows, i32 columns, u64 XXH3 of the schema's text
/// column   i64 1 if null words follow, null words (8 bytes for 64 rows); then by layout
///   fixed  rows × width
///   text   rows × 16 bytes (<see cref="TextView"/>, buffer = section); i64 sections; each: i64 length, bytes
///   list   (rows + 1) × i32 offsets from 0; the elements as a column      map: offsets, keys, items      row: its fields
/// kinds    rows × u8        hashes    rows × u64
/// </code>
/// The schema itself is not written: the reader knows it, and a batch of another one is refused.
/// </summary>
public static class BatchFormat
{
    public const ushort Version = 1;

    private const ushort Magic = 0x424F;
    private const byte WithKinds = 1;
    private const byte WithHashes = 2;

    /// <summary>Appends a batch without selection (what frames and builders hold).</summary>
    public static void Write(Batch batch, IBufferWriter<byte> to)
    {
        if (batch.Selection is not null) throw new ArgumentException("a batch with a selection is gathered first", nameof(batch));
        var w = new Writer(to);
        Span<byte> header = stackalloc byte[Header.Bytes];
        var h = new Header
        {
            Magic = Magic,
            Version = Version,
            Flags = (byte)((batch.HasKinds ? WithKinds : 0) | (batch.HasHashes ? WithHashes : 0)),
            Rows = batch.Length,
            Columns = batch.Columns.Length,
            Schema = Fingerprint(batch.Schema),
        };
        MemoryMarshal.Write(header, in h);
        w.Bytes(header);
        foreach (var c in batch.Columns) WriteColumn(ref w, c, 0, c.Length);
        if (batch.HasKinds) w.Array(batch.Kinds);
        if (batch.HasHashes) w.Array(batch.Hashes);
    }

    /// <summary>
    /// Reads one batch. Texts are views on <paramref name="from"/> where its memory is an array, so that memory must never be written again.
    /// </summary>
    /// <param name="consumed">bytes read.</param>
    /// <exception cref="InvalidDataException">torn, truncated, of another version or of another schema; the message says where.</exception>
    public static Batch Read(ReadOnlySequence<byte> from, Schema schema, out long consumed)
    {
        var r = new Reader(from);
        Span<byte> bytes = stackalloc byte[Header.Bytes];
        r.Take(bytes);
        var h = MemoryMarshal.Read<Header>(bytes);
        if (h.Magic != Magic) throw new InvalidDataException($"not a batch: it begins with {h.Magic:x4}");
        if (h.Version != Version) throw new InvalidDataException($"a batch of format {h.Version}; this process reads {Version}");
        if (h.Schema != Fingerprint(schema) || h.Columns != schema.Count) throw new InvalidDataException($"a batch of another schema than {schema}");
        if (h.Rows < 0) throw r.Torn("rows");
        var columns = new Column[schema.Count];
        for (int c = 0; c < columns.Length; c++) columns[c] = ReadColumn(ref r, schema[c].Type, h.Rows);
        var batch = new Batch(schema, columns) { Length = h.Rows };
        if ((h.Flags & WithKinds) != 0) batch.KindArray = MemoryMarshal.Cast<byte, RowKind>(r.Array<byte>(h.Rows)).ToArray();
        if ((h.Flags & WithHashes) != 0) batch.HashArray = r.Array<ulong>(h.Rows);
        consumed = r.Position;
        return batch;
    }

    private static ulong Fingerprint(Schema schema) => XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(schema.ToString()));

    private static void WriteColumn(ref Writer w, Column column, int start, int rows)
    {
        WriteNulls(ref w, column, start, rows);
        switch (column)
        {
            case FixedColumn<byte> c: w.Array(c.Values.Slice(start, rows)); break;
            case FixedColumn<short> c: w.Array(c.Values.Slice(start, rows)); break;
            case FixedColumn<int> c: w.Array(c.Values.Slice(start, rows)); break;
            case FixedColumn<long> c: w.Array(c.Values.Slice(start, rows)); break;
            case FixedColumn<Int128> c: w.Array(c.Values.Slice(start, rows)); break;
            case FixedColumn<float> c: w.Array(c.Values.Slice(start, rows)); break;
            case FixedColumn<double> c: w.Array(c.Values.Slice(start, rows)); break;
            case TextColumn c: WriteTexts(ref w, c, start, rows); break;
            case ListColumn c:
                var span = WriteOffsets(ref w, c.Offsets.Slice(start, rows + 1));
                WriteColumn(ref w, c.Elements, span.Start, span.Length);
                break;
            case MapColumn c:
                var entries = WriteOffsets(ref w, c.Offsets.Slice(start, rows + 1));
                WriteColumn(ref w, c.Keys, entries.Start, entries.Length);
                WriteColumn(ref w, c.Items, entries.Start, entries.Length);
                break;
            case RowColumn c: foreach (var child in c.Children) WriteColumn(ref w, child, start, rows); break;
            default: throw new NotSupportedException($"column {column.GetType().Name}");
        }
    }

    private static void WriteNulls(ref Writer w, Column column, int start, int rows)
    {
        var nulls = column.Nulls;
        w.Long(nulls.Any ? 1 : 0);
        if (!nulls.Any) return;
        ulong[]? scratch = null;
        w.Array(nulls.Slice(start, rows, ref scratch).Words(rows));
    }

    private static (int Start, int Length) WriteOffsets(ref Writer w, ReadOnlySpan<int> offsets)
    {
        int first = offsets[0];
        int[] moved = ArrayPool<int>.Shared.Rent(offsets.Length);
        for (int i = 0; i < offsets.Length; i++) moved[i] = offsets[i] - first;
        w.Array<int>(moved.AsSpan(0, offsets.Length));
        ArrayPool<int>.Shared.Return(moved);
        return (first, offsets[^1] - first);
    }

    // Only bytes that a row names are written, packed into sections.
    private static void WriteTexts(ref Writer w, TextColumn column, int start, int rows)
    {
        var views = column.Views.Slice(start, rows);
        var packed = ArrayPool<TextView>.Shared.Rent(Math.Max(1, rows));
        var sections = new List<int> { 0 };
        for (int i = 0; i < rows; i++)
        {
            ref readonly var v = ref views[i];
            if (column.IsNull(start + i)) packed[i] = default;
            else if (v.IsInline) packed[i] = v;
            else
            {
                if (sections[^1] > 0 && sections[^1] + v.Length > TextColumn.BufferBytes) sections.Add(0);
                packed[i] = v.Rebased(sections.Count - 1, sections[^1]);
                sections[^1] += v.Length;
            }
        }

        if (sections is [0]) sections.Clear();
        w.Array<TextView>(packed.AsSpan(0, rows));
        w.Long(sections.Count);
        int row = 0;
        foreach (int length in sections)
        {
            w.Long(length);
            for (int left = length; left > 0; row++)
            {
                if (packed[row].IsInline) continue;
                w.Bytes(column[start + row]);
                left -= packed[row].Length;
            }

            w.Pad();
        }

        ArrayPool<TextView>.Shared.Return(packed);
    }

    private static Column ReadColumn(ref Reader r, SqlType type, int rows)
    {
        var nulls = r.Flag() ? new Bitmap(r.Array<ulong>(Bitmap.WordsFor(rows)), 0) : default;
        var column = Column.Create(type);
        switch (column)
        {
            case FixedColumn<byte> c: c.Set(r.Array<byte>(rows), 0, rows, nulls); break;
            case FixedColumn<short> c: c.Set(r.Array<short>(rows), 0, rows, nulls); break;
            case FixedColumn<int> c: c.Set(r.Array<int>(rows), 0, rows, nulls); break;
            case FixedColumn<long> c: c.Set(r.Array<long>(rows), 0, rows, nulls); break;
            case FixedColumn<Int128> c: c.Set(r.Array<Int128>(rows), 0, rows, nulls); break;
            case FixedColumn<float> c: c.Set(r.Array<float>(rows), 0, rows, nulls); break;
            case FixedColumn<double> c: c.Set(r.Array<double>(rows), 0, rows, nulls); break;
            case TextColumn c: ReadTexts(ref r, c, rows, nulls); break;
            case ListColumn c:
                int[] offsets = ReadOffsets(ref r, rows);
                c.Set(offsets, 0, rows, ReadColumn(ref r, type.Element!, offsets[rows]), nulls);
                break;
            case MapColumn c:
                int[] entries = ReadOffsets(ref r, rows);
                var keys = ReadColumn(ref r, c.Keys.Type, entries[rows]);
                c.Set(entries, 0, rows, keys, ReadColumn(ref r, c.Items.Type, entries[rows]), nulls);
                break;
            case RowColumn c:
                for (int i = 0; i < c.Children.Length; i++) c.Children[i] = ReadColumn(ref r, c.Children[i].Type, rows);
                c.Set(rows, nulls);
                break;
            default: throw new NotSupportedException($"column {column.GetType().Name}");
        }

        return column;
    }

    private static int[] ReadOffsets(ref Reader r, int rows)
    {
        int[] offsets = r.Array<int>(rows + 1);
        for (int i = 0; i < rows; i++) if (offsets[i + 1] < offsets[i]) throw r.Torn("offsets");
        return offsets[0] == 0 ? offsets : throw r.Torn("offsets");
    }

    private static void ReadTexts(ref Reader r, TextColumn column, int rows, Bitmap nulls)
    {
        var views = r.Array<TextView>(rows);
        long sections = r.Long();
        if (sections is < 0 or > int.MaxValue) throw r.Torn("text sections");
        var buffers = new byte[sections][];
        var at = new (int Start, int Length)[sections];
        for (int i = 0; i < sections; i++)
        {
            long length = r.Long();
            if (length < 0 || length > r.Left) throw r.Torn("text");
            (buffers[i], at[i].Start) = r.Section((int)length);
            at[i].Length = (int)length;
        }

        for (int i = 0; i < rows; i++)
        {
            ref var v = ref views[i];
            if (v.Length < 0) throw r.Torn("text view");
            if (v.IsInline) continue;
            if ((uint)v.Buffer >= (uint)at.Length || v.Offset < 0 || (long)v.Offset + v.Length > at[v.Buffer].Length) throw r.Torn("text view");
            v = v.Rebased(v.Buffer, v.Offset + at[v.Buffer].Start);
        }

        column.Set(views, 0, rows, buffers, buffers.Length, nulls);
    }

    [StructLayout(LayoutKind.Sequential, Size = Bytes)]
    private struct Header
    {
        public const int Bytes = 24;

        public ushort Magic;
        public ushort Version;
        public byte Flags;
        public int Rows;
        public int Columns;
        public ulong Schema;
    }

    private ref struct Writer(IBufferWriter<byte> to)
    {
        private long _at;

        public void Long(long value) => Bytes(MemoryMarshal.AsBytes(new ReadOnlySpan<long>(in value)));

        public void Array<T>(scoped ReadOnlySpan<T> values) where T : unmanaged
        {
            Bytes(MemoryMarshal.AsBytes(values));
            Pad();
        }

        public void Bytes(scoped ReadOnlySpan<byte> bytes)
        {
            _at += bytes.Length;
            to.Write(bytes);
        }

        public void Pad()
        {
            ReadOnlySpan<byte> zeros = [0, 0, 0, 0, 0, 0, 0];
            if ((_at & 7) != 0) Bytes(zeros[..(8 - (int)(_at & 7))]);
        }
    }

    private ref struct Reader(ReadOnlySequence<byte> from)
    {
        private SequenceReader<byte> _in = new(from);

        public readonly long Position => _in.Consumed;

        public readonly long Left => _in.Remaining;

        public readonly InvalidDataException Torn(string what) => new($"a batch is torn at byte {_in.Consumed}: {what}");

        public void Take(scoped Span<byte> to)
        {
            if (!_in.TryCopyTo(to)) throw Torn("it ends here");
            _in.Advance(to.Length);
        }

        public long Long()
        {
            long value = 0;
            Take(MemoryMarshal.AsBytes(new Span<long>(ref value)));
            return value;
        }

        public bool Flag() => Long() switch
        {
            0 => false,
            1 => true,
            _ => throw Torn("nulls"),
        };

        public T[] Array<T>(int count) where T : unmanaged
        {
            if ((long)count * Unsafe.SizeOf<T>() > Left) throw Torn("it ends here");
            var values = GC.AllocateUninitializedArray<T>(count);
            Take(MemoryMarshal.AsBytes(values.AsSpan()));
            Pad();
            return values;
        }

        // Bytes of texts: where they lie if that is one array, else a copy.
        public (byte[] Array, int Start) Section(int length)
        {
            var slice = _in.UnreadSequence.Slice(0, length);
            var found = slice.IsSingleSegment && MemoryMarshal.TryGetArray(slice.First, out var segment) ? (segment.Array!, segment.Offset) : (slice.ToArray(), 0);
            _in.Advance(length);
            Pad();
            return found;
        }

        private void Pad()
        {
            int pad = (int)(-_in.Consumed & 7);
            if (pad > _in.Remaining) throw Torn("it ends here");
            _in.Advance(pad);
        }
    }
}
