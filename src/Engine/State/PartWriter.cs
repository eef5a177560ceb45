using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.State;

/// <summary>
/// Writes one part: header, table of contents (tables with their specs and live pages), one section per stored page, end. Little-endian.
/// <code>
/// part     = "OSTP" u16 version  u16 flags (1 = full)  i64 epoch  i32 RowHash version  section*
/// section  = u8 kind  i32 length  u64 XXH3 of the payload  payload
/// contents = i32 tables  { text uid  text name  i32 version  u8 kind  text key  text sub-key  text value  i64 ttl  i64 pane  i32 pages  { i64 id } }
/// page     = i32 table  i64 id  i32 records  i32 record bytes  records  heap
/// end      = i32 page sections
/// </code>
/// </summary>
internal sealed unsafe class PartWriter
{
    public const ushort Version = 1;
    public const uint Magic = 0x5054534F;
    public const int HeaderBytes = 20;
    public const int SectionHeaderBytes = 13;

    private const int SliceBytes = 64 * 1024;

    private readonly Epochs _epochs;
    private readonly long _epoch;
    private readonly long _storedCut;
    private readonly List<(OperatorState Operator, long Pane, StoredTable Table)> _tables = [];
    private readonly Dictionary<StoredTable, int> _numbers = [];
    private bool _begun;
    private int _next;
    private int _sections;

    /// <param name="epochs">whose cut is written.</param>
    /// <param name="operators">owners of all tables, as they are at the cut.</param>
    /// <param name="epoch">the epoch that the part belongs to.</param>
    /// <param name="storedCut">number of the cut up to which earlier parts hold every page.</param>
    public PartWriter(Epochs epochs, IEnumerable<OperatorState> operators, long epoch, long storedCut)
    {
        (_epochs, _epoch, _storedCut) = (epochs, epoch, storedCut);
        foreach (var o in operators)
        {
            foreach (var (pane, table) in o.Tables())
            {
                _numbers.Add(table, _tables.Count);
                _tables.Add((o, pane, table));
            }
        }
    }

    /// <summary>Writes about 64 KiB more; false when the part is complete.</summary>
    public bool Write(IBufferWriter<byte> to, bool full)
    {
        int written = 0;
        if (!_begun)
        {
            _begun = true;
            written += Begin(to, full);
        }

        for (; _next < _epochs.Cut.Count; _next++)
        {
            if (written >= SliceBytes) return true;
            var page = _epochs.Cut[_next];
            if (full || page.Epoch > _storedCut) written += Page(to, page);
            _epochs.Stored(_next);
        }

        Span<byte> end = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(end, _sections);
        Section(to, SectionKind.End, end);
        return false;
    }

    private int Begin(IBufferWriter<byte> to, bool full)
    {
        // What a delta leaves out needs no protection from writers.
        if (!full) for (int i = 0; i < _epochs.Cut.Count; i++) if (_epochs.Cut[i].Epoch <= _storedCut) _epochs.Stored(i);
        var header = to.GetSpan(HeaderBytes)[..HeaderBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(header, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], Version);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], (ushort)(full ? 1 : 0));
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], _epoch);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], RowHash.Version);
        to.Advance(HeaderBytes);

        var pages = _epochs.Cut.ToLookup(p => p.Table, p => p.Id);
        using var memory = new MemoryStream();
        using var w = new BinaryWriter(memory, Encoding.UTF8);
        w.Write(_tables.Count);
        foreach (var (o, pane, table) in _tables)
        {
            StateSpec s = table.Spec;
            w.Write(o.Uid);
            w.Write(s.Name);
            w.Write(s.Version);
            w.Write((byte)s.Kind);
            w.Write(s.Key.ToString());
            w.Write(s.SubKey?.ToString() ?? "");
            w.Write(s.Value.ToString());
            w.Write(s.Ttl.Milliseconds);
            w.Write(pane);
            w.Write(pages[table].Count());
            foreach (long id in pages[table]) w.Write(id);
        }

        w.Flush();
        Section(to, SectionKind.Contents, memory.GetBuffer().AsSpan(0, (int)memory.Length));
        return HeaderBytes + (int)memory.Length;
    }

    private int Page(IBufferWriter<byte> to, CutPage cut)
    {
        var page = (PageHeader*)cut.Page;
        var table = cut.Table;
        int record = table.Layout.Size;
        int length = 20 + (page->Count * record) + page->HeapUsed;
        var section = to.GetSpan(SectionHeaderBytes + length)[..(SectionHeaderBytes + length)];
        var payload = section[SectionHeaderBytes..];
        BinaryPrimitives.WriteInt32LittleEndian(payload, _numbers[table]);
        BinaryPrimitives.WriteInt64LittleEndian(payload[4..], cut.Id);
        BinaryPrimitives.WriteInt32LittleEndian(payload[12..], page->Count);
        BinaryPrimitives.WriteInt32LittleEndian(payload[16..], record);
        int at = 20;
        nint slot = (nint)page + PageHeader.Bytes;
        for (int i = table.SlotsOf(cut.PageBytes); i > 0; i--, slot += table.SlotBytes)
        {
            if (*(ulong*)slot <= RecordWord.Removed) continue;
            new ReadOnlySpan<byte>((void*)slot, record).CopyTo(payload[at..]);
            at += record;
        }

        new ReadOnlySpan<byte>(page->Heap, page->HeapUsed).CopyTo(payload[at..]);
        SectionHeader(section, SectionKind.Page, payload);
        to.Advance(section.Length);
        _sections++;
        return section.Length;
    }

    private static void Section(IBufferWriter<byte> to, SectionKind kind, ReadOnlySpan<byte> payload)
    {
        var section = to.GetSpan(SectionHeaderBytes + payload.Length)[..(SectionHeaderBytes + payload.Length)];
        payload.CopyTo(section[SectionHeaderBytes..]);
        SectionHeader(section, kind, payload);
        to.Advance(section.Length);
    }

    private static void SectionHeader(Span<byte> section, SectionKind kind, ReadOnlySpan<byte> payload)
    {
        section[0] = (byte)kind;
        BinaryPrimitives.WriteInt32LittleEndian(section[1..], payload.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(section[5..], RowHash.OfBytes(payload));
    }
}

internal enum SectionKind : byte
{
    Contents = 1,
    Page = 2,
    End = 3,
}
