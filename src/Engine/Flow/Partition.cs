using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Flow;

/// <summary>
/// The sending end of an edge on one shard: puts each row into the sub-batch of the shard that it belongs to, watermarks before the first row that they concern.
/// A link's sub-batches together are its filling frame; it is closed when it is full, by a barrier, by the end, or by its sender.
/// </summary>
public sealed class Partition : Tail
{
    /// <summary>Rows of a sub-batch: arrays of the widest column stay at 64 KiB, below the large-object heap.</summary>
    public const int MaxRows = 4096;

    private static readonly int[] AllRows = [.. Enumerable.Range(0, Batch.MaxRows)];

    private readonly Exchange _exchange;
    private readonly int[] _keys;
    private readonly bool _hashes;
    private readonly int _chunk;
    private readonly long _frameBytes;
    private readonly OutLink[] _links;
    private readonly Sub[] _subs;
    private readonly ushort[] _shardOfGroup = new ushort[KeyGroups.Count];
    private readonly ulong[] _hash = new ulong[Batch.MaxRows];
    private readonly int[] _positions;
    private readonly int[] _counts;
    private int _next;
    private bool _ended;
    private long _told = long.MinValue;
    private long _inForce = long.MinValue;

    /// <param name="silos">silo of each receiving shard.</param>
    /// <param name="senders">by silo.</param>
    /// <param name="shard">the sending shard: rebalancing starts there.</param>
    /// <param name="frameBytes">when a frame counts as full.</param>
    public Partition(Exchange exchange, ImmutableArray<string> silos, Func<string, FrameSender> senders, int shard, long frameBytes)
    {
        _exchange = exchange;
        _keys = [.. exchange.Keys];
        _frameBytes = frameBytes;
        _hashes = exchange.Kind == ExchangeKind.Hash && HashTravels(exchange);
        _chunk = exchange.Schema.Fields.Any(f => f.Type.Width is 0 || f.Type.Physical == Physical.Text) ? 512 : Batch.MaxRows;
        _subs = [.. silos.Select(_ => new Sub(new BatchBuilder(exchange.Schema, exchange.Changelog, _hashes)))];
        _links = [.. silos.Distinct().Select(s => new OutLink(senders(s), [.. Enumerable.Range(0, silos.Length).Where(i => silos[i] == s)]))];
        foreach (var link in _links) foreach (int s in link.Shards) _subs[s].Link = link;
        for (int g = 0; g < KeyGroups.Count; g++) _shardOfGroup[g] = (ushort)KeyGroups.ShardOf(g, silos.Length);
        _positions = new int[silos.Length * Batch.MaxRows];
        _counts = new int[silos.Length];
        _next = shard;
    }

    public int Links => _links.Length;

    /// <summary>Rows put into sub-batches.</summary>
    public long Rows { get; private set; }

    /// <summary>Of frames that are being filled.</summary>
    public long Bytes
    {
        get
        {
            long bytes = 0;
            foreach (var l in _links) bytes += BytesOf(l);
            return bytes;
        }
    }

    public override bool Full
    {
        get
        {
            foreach (var l in _links) if (l.Sender.Backlog) return true;
            return false;
        }
    }

    public override string Blocker => "exchange to " + string.Join(", ", _links.Where(l => l.Sender.Backlog).Select(l => l.Sender.Silo));

    /// <summary>Whether a link's filling frame holds anything.</summary>
    public bool Filling(int link)
    {
        foreach (int s in _links[link].Shards) if (!_subs[s].Empty) return true;
        return false;
    }

    public FrameSender Sender(int link) => _links[link].Sender;

    public override void Append(Batch batch)
    {
        var rows = batch.Selection is { } selection ? selection.Rows : AllRows.AsSpan(0, batch.Length);
        Rows += rows.Length;
        var route = _exchange.Kind switch
        {
            ExchangeKind.Hash when _subs.Length > 1 => Route.Scatter,
            ExchangeKind.Broadcast => Route.All,
            _ => Route.One,
        };
        int one = _exchange.Kind == ExchangeKind.Rebalance ? _next++ % _subs.Length : 0;
        if (route == Route.Scatter || _hashes) RowHash.Hash(batch, _keys, _hash);
        var (oldHashes, oldStart) = (batch.HashArray, batch.HashesStart);
        if (_hashes) (batch.HashArray, batch.HashesStart) = (_hash, 0);
        var marks = batch.Marks is { Count: > 0 } m ? m : null;
        int mark = 0;
        for (int at = 0; at < rows.Length; at += _chunk)
        {
            var chunk = rows.Slice(at, Math.Min(_chunk, rows.Length - at));
            MakeRoom(chunk.Length);
            if (route == Route.Scatter)
            {
                Scatter(chunk, marks, ref mark);
                for (int s = 0; s < _subs.Length; s++) if (_counts[s] > 0) _subs[s].Rows.Append(batch, _positions.AsSpan(s * Batch.MaxRows, _counts[s]));
            }
            else
            {
                int before = mark;
                for (int s = route == Route.All ? 0 : one; s < (route == Route.All ? _subs.Length : one + 1); s++)
                {
                    mark = before;
                    PlaceMarks(_subs[s], chunk, marks, ref mark);
                    _subs[s].Rows.Append(batch, chunk);
                }
            }
        }

        (batch.HashArray, batch.HashesStart) = (oldHashes, oldStart);
        if (marks is not null) Watermark(marks.Last);
        foreach (var link in _links) if (BytesOf(link) >= _frameBytes) Close(link);
    }

    public override void Watermark(long watermark)
    {
        if (watermark <= _told || _ended) return;
        _told = watermark;
        foreach (var s in _subs) s.Watermark(s.Rows.Count, watermark);
    }

    public override void Idle(bool idle)
    {
        if (!_ended) Put(idle ? ControlKind.Idle : ControlKind.Active, 0);
    }

    /// <summary>The first thing on every link: whether this shard is active, idle or ended.</summary>
    public void Greet()
    {
        if (_subs[0].Controls.Count == 0 && !_ended) Put(ControlKind.Active, 0);
        Close();
    }

    /// <summary>A barrier closes the frames. After the end none is sent: receivers ask an ended channel for nothing more.</summary>
    public void Barrier(long epoch)
    {
        if (_ended) return;
        Put(ControlKind.Barrier, epoch);
        Close();
    }

    public override void End()
    {
        if (_ended) return;
        _ended = true;
        Put(ControlKind.End, 0);
        Close();
    }

    /// <summary>Hands a link's filling frame, if it holds anything, to its sender.</summary>
    public void Close(int link) => Close(_links[link]);

    public void Close()
    {
        foreach (var link in _links) Close(link);
    }

    // A key that has text, or more than 8 bytes, is hashed once and the hash goes along.
    private static bool HashTravels(Exchange e) =>
        e.Keys.Any(k => e.Schema[k].Type.Physical == Physical.Text || e.Schema[k].Type.Width == 0) || e.Keys.Sum(k => e.Schema[k].Type.Width) > 8;

    private void Put(ControlKind kind, long value)
    {
        foreach (var s in _subs) s.Controls.Add(new Control(s.Rows.Count, kind, value));
    }

    // No sub-batch may grow beyond its bound in the middle of a chunk, whoever its rows belong to.
    private void MakeRoom(int rows)
    {
        foreach (var s in _subs) if (s.Rows.Count + rows > MaxRows) Close(s.Link);
    }

    private void Scatter(ReadOnlySpan<int> rows, Marks? marks, ref int mark)
    {
        _counts.AsSpan().Clear();
        if (marks is null)
        {
            ScatterRows(rows);
            return;
        }

        var markRows = marks.Rows;
        int at = 0;
        while (at < rows.Length)
        {
            // Rows up to the next mark; then the mark is in force, and told to a shard before its next row.
            while (mark < markRows.Length && markRows[mark] <= rows[at]) _inForce = Math.Max(_inForce, marks.Watermarks[mark++]);
            int end = rows.Length;
            if (mark < markRows.Length)
            {
                end = at;
                while (end < rows.Length && rows[end] < markRows[mark]) end++;
            }

            for (; at < end; at++)
            {
                int row = rows[at];
                int s = _shardOfGroup[_hash[row] >> 54];
                if (_subs[s].Told < _inForce) _subs[s].Watermark(_subs[s].Rows.Count + _counts[s], _inForce);
                _positions[(s * Batch.MaxRows) + _counts[s]++] = row;
            }
        }
    }

    private void ScatterRows(ReadOnlySpan<int> rows)
    {
        ref ulong hash = ref MemoryMarshal.GetArrayDataReference(_hash);
        ref ushort shards = ref MemoryMarshal.GetArrayDataReference(_shardOfGroup);
        ref int counts = ref MemoryMarshal.GetArrayDataReference(_counts);
        ref int positions = ref MemoryMarshal.GetArrayDataReference(_positions);
        foreach (int row in rows)
        {
            nint s = Unsafe.Add(ref shards, (nint)(Unsafe.Add(ref hash, row) >> 54));
            ref int count = ref Unsafe.Add(ref counts, s);
            Unsafe.Add(ref positions, (s * Batch.MaxRows) + count) = row;
            count++;
        }
    }

    // All rows go to one sub-batch: marks keep their distance.
    private static void PlaceMarks(Sub to, ReadOnlySpan<int> rows, Marks? marks, ref int mark)
    {
        if (marks is null) return;
        int at = 0;
        var markRows = marks.Rows;
        while (mark < markRows.Length)
        {
            while (at < rows.Length && rows[at] < markRows[mark]) at++;
            if (at == rows.Length) break;
            to.Watermark(to.Rows.Count + at, marks.Watermarks[mark++]);
        }
    }

    private long BytesOf(OutLink link)
    {
        long bytes = 0;
        foreach (int s in link.Shards) bytes += _subs[s].Rows.Count == 0 ? 0 : _subs[s].Rows.Bytes;
        return bytes;
    }

    private void Close(OutLink link)
    {
        var parts = ImmutableArray.CreateBuilder<SubBatch>(link.Shards.Length);
        long bytes = BytesOf(link);
        foreach (int s in link.Shards)
        {
            var sub = _subs[s];
            if (sub.Empty) continue;
            parts.Add(new SubBatch(s, sub.Rows.Count == 0 ? null : sub.Rows.Build(), [.. sub.Controls]));
            bytes += sub.Controls.Count * 16;
            sub.Controls.Clear();
        }

        if (parts.Count > 0) link.Sender.Send(parts.DrainToImmutable(), bytes);
    }

    private enum Route : byte
    {
        Scatter,
        One,
        All,
    }

    private sealed record OutLink(FrameSender Sender, int[] Shards);

    private sealed class Sub(BatchBuilder rows)
    {
        public readonly BatchBuilder Rows = rows;
        public readonly List<Control> Controls = [];
        public OutLink Link = null!;
        public long Told = long.MinValue;

        public bool Empty => Rows.Count == 0 && Controls.Count == 0;

        // Marks with no row of this shard between them are one mark.
        public void Watermark(int row, long watermark)
        {
            if (watermark <= Told) return;
            Told = watermark;
            var control = new Control(row, ControlKind.Watermark, watermark);
            if (Controls.Count > 0 && Controls[^1] is { Kind: ControlKind.Watermark } last && last.Row == row) Controls[^1] = control;
            else Controls.Add(control);
        }
    }
}
