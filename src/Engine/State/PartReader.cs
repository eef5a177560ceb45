using System.Buffers.Binary;
using System.Text;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.State;

/// <summary>
/// Reads the parts of one or more chains and gives each table its records. Every byte of a part is checked before any record is used; indexes are rebuilt by inserting.
/// </summary>
internal sealed unsafe class PartReader
{
    private readonly List<Chain> _chains = [];

    /// <summary>Checks a part and takes over its pages: those of a delta replace pages of the same number of the chain's earlier parts.</summary>
    public void Read(ReadOnlyMemory<byte> part, KeyGroupRange keep)
    {
        var bytes = part.Span;
        if (bytes.Length < PartWriter.HeaderBytes) throw new InvalidDataException($"part of {bytes.Length} bytes: shorter than its header");
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes) != PartWriter.Magic) throw new InvalidDataException("part does not begin with OSTP");
        int version = BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]);
        if (version != PartWriter.Version) throw new InvalidDataException($"part of format {version}; this version reads {PartWriter.Version}");
        bool full = (BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]) & 1) != 0;
        long epoch = BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]);
        int hash = BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]);
        if (hash != RowHash.Version) throw new InvalidDataException($"part of epoch {epoch} uses RowHash {hash}; this version {RowHash.Version}");
        if (!full && _chains.Count == 0) throw new InvalidDataException($"part of epoch {epoch} is a delta, and no full part comes before it");
        var chain = full ? new Chain(keep) : _chains[^1];
        var tables = new List<TableChain>();
        int at = PartWriter.HeaderBytes, pages = 0;
        while (true)
        {
            var (kind, payload, next) = Section(part, at, epoch);
            if (kind == SectionKind.Contents)
            {
                if (tables.Count > 0 || pages > 0) throw new InvalidDataException($"part of epoch {epoch}: second table of contents at byte {at}");
                tables = chain.Begin(payload, epoch);
            }
            else if (kind == SectionKind.Page)
            {
                int table = BinaryPrimitives.ReadInt32LittleEndian(payload.Span);
                if (payload.Length < 20 || table < 0 || table >= tables.Count) throw new InvalidDataException($"part of epoch {epoch}: page of unknown table {table} at byte {at}");
                tables[table].Pages[BinaryPrimitives.ReadInt64LittleEndian(payload.Span[4..])] = payload;
                pages++;
            }
            else
            {
                int said = BinaryPrimitives.ReadInt32LittleEndian(payload.Span);
                if (said != pages) throw new InvalidDataException($"part of epoch {epoch}: {pages} pages, its end says {said}");
                if (next != bytes.Length) throw new InvalidDataException($"part of epoch {epoch}: {bytes.Length - next} bytes after its end");
                break;
            }

            at = next;
        }

        foreach (var t in tables) t.CheckComplete(epoch);
        if (full) _chains.Add(chain);
    }

    /// <summary>Inserts all records of a table's chains whose key group is to be kept.</summary>
    public void Load(string uid, StateSpec spec, Func<long, StoredTable> tableOf)
    {
        foreach (var chain in _chains)
        {
            foreach (var t in chain.Tables.Values)
            {
                if (t.Uid != uid || t.Name != spec.Name) continue;
                if (t.Signature != Signature(spec))
                    throw new InvalidDataException($"state {spec.Name} of operator {uid} was stored as {t.Signature}, and is now {Signature(spec)}");
                StoredTable? table = null;
                foreach (var page in t.Pages.Values) Load(page.Span, chain.Keep, ref table, tableOf, t.Pane);
            }
        }
    }

    private static void Load(ReadOnlySpan<byte> page, KeyGroupRange keep, ref StoredTable? table, Func<long, StoredTable> tableOf, long pane)
    {
        int count = BinaryPrimitives.ReadInt32LittleEndian(page[12..]), size = BinaryPrimitives.ReadInt32LittleEndian(page[16..]);
        fixed (byte* p = page[20..])
        {
            for (int i = 0; i < count; i++)
            {
                byte* record = p + ((long)i * size);
                if (!keep.Contains(KeyGroups.Of(*(ulong*)record))) continue;
                table ??= tableOf(pane);
                if (size != table.Layout.Size) throw new InvalidDataException($"records of {size} bytes stored, {table.Layout.Size} expected in state {table.Spec.Name}");
                table.Load(record, p + ((long)count * size));
            }
        }
    }

    private static (SectionKind Kind, ReadOnlyMemory<byte> Payload, int Next) Section(ReadOnlyMemory<byte> part, int at, long epoch)
    {
        var bytes = part.Span[at..];
        if (bytes.Length < PartWriter.SectionHeaderBytes) throw new InvalidDataException($"part of epoch {epoch} is truncated at byte {at}: no end section");
        var kind = (SectionKind)bytes[0];
        if (kind is < SectionKind.Contents or > SectionKind.End) throw new InvalidDataException($"part of epoch {epoch}: unknown section {bytes[0]} at byte {at}");
        int length = BinaryPrimitives.ReadInt32LittleEndian(bytes[1..]);
        if (length < 4 || length > bytes.Length - PartWriter.SectionHeaderBytes)
            throw new InvalidDataException($"part of epoch {epoch} is truncated: section at byte {at} says {length} bytes, {bytes.Length - PartWriter.SectionHeaderBytes} are there");
        var payload = part.Slice(at + PartWriter.SectionHeaderBytes, length);
        if (RowHash.OfBytes(payload.Span) != BinaryPrimitives.ReadUInt64LittleEndian(bytes[5..]))
            throw new InvalidDataException($"part of epoch {epoch} is torn: checksum of the section at byte {at} does not match");
        return (kind, payload, at + PartWriter.SectionHeaderBytes + length);
    }

    private static string Signature(StateSpec s) => Signature(s.Version, (byte)s.Kind, s.Key.ToString(), s.SubKey?.ToString() ?? "", s.Value.ToString(), s.Ttl.Milliseconds);

    private static string Signature(int version, byte kind, string key, string subKey, string value, long ttl) =>
        $"v{version} {(StateKind)kind} {key} {subKey} {value}{(ttl > 0 ? " ttl" : "")}";

    private sealed class Chain(KeyGroupRange keep)
    {
        public KeyGroupRange Keep { get; } = keep;

        public Dictionary<(string Uid, string Name, long Pane), TableChain> Tables { get; private set; } = [];

        // The contents say which tables and pages live: the others end here.
        public List<TableChain> Begin(ReadOnlyMemory<byte> payload, long epoch)
        {
            var tables = new List<TableChain>();
            var live = new Dictionary<(string, string, long), TableChain>();
            using var r = new BinaryReader(new MemoryStream(payload.ToArray()), Encoding.UTF8);
            try
            {
                int count = r.ReadInt32();
                for (int i = 0; i < count; i++)
                {
                    string uid = r.ReadString(), name = r.ReadString();
                    string signature = Signature(r.ReadInt32(), r.ReadByte(), r.ReadString(), r.ReadString(), r.ReadString(), r.ReadInt64());
                    long pane = r.ReadInt64();
                    var ids = new HashSet<long>();
                    for (int n = r.ReadInt32(); n > 0; n--) ids.Add(r.ReadInt64());
                    var table = new TableChain(uid, name, signature, pane, ids);
                    if (Tables.TryGetValue((uid, name, pane), out var before))
                        foreach (var (id, page) in before.Pages) if (ids.Contains(id)) table.Pages[id] = page;
                    tables.Add(table);
                    live[(uid, name, pane)] = table;
                }
            }
            catch (EndOfStreamException e)
            {
                throw new InvalidDataException($"part of epoch {epoch}: its table of contents ends early", e);
            }

            Tables = live;
            return tables;
        }
    }

    private sealed record TableChain(string Uid, string Name, string Signature, long Pane, HashSet<long> Live)
    {
        public SortedDictionary<long, ReadOnlyMemory<byte>> Pages { get; } = [];

        public void CheckComplete(long epoch)
        {
            foreach (long id in Live)
                if (!Pages.ContainsKey(id)) throw new InvalidDataException($"part of epoch {epoch}: page {id} of state {Name} is in no part of the chain");
        }
    }
}
