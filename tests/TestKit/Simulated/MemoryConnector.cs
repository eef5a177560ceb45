using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using OrleansStream.Columns;
using OrleansStream.Engine.Connect;

namespace OrleansStream.TestKit.Simulated;

/// <summary>Splits of rows, in memory. Rows hold one object a column of the table (long, int, double, string, bool or null).</summary>
/// <param name="Bounded">whether the splits end.</param>
/// <param name="RowsPerMs">how fast a split gives rows from its opening on; 0 = as fast as they are taken.</param>
public sealed record MemoryTable(ImmutableArray<ImmutableArray<object?[]>> Splits, bool Bounded = true, double RowsPerMs = 0);

/// <summary>What a sink's target holds: staged chunks, and per sink the committed epochs with the fence.</summary>
public sealed class MemoryTarget
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<string>> _staged = [];
    private readonly SortedDictionary<long, List<string>> _committed = [];

    public int Generation { get; private set; }

    public long Epoch { get; private set; }

    /// <summary>Rows of committed epochs, as <c>+I 1,abc</c>.</summary>
    public IReadOnlyList<string> Rows
    {
        get
        {
            lock (_lock) return [.. _committed.Values.SelectMany(r => r)];
        }
    }

    public void Stage(string chunk, IEnumerable<string> rows)
    {
        lock (_lock)
        {
            if (!_staged.TryGetValue(chunk, out var list)) _staged.Add(chunk, list = []);
            list.AddRange(rows);
        }
    }

    public void Commit(int generation, long epoch, IEnumerable<string> chunks)
    {
        lock (_lock)
        {
            if (generation < Generation) throw new FencedException($"generation {generation} after {Generation}");
            Generation = generation;
            if (_committed.ContainsKey(epoch)) return;
            Epoch = Math.Max(Epoch, epoch);
            _committed[epoch] = [.. chunks.SelectMany(c => _staged.TryGetValue(c, out var rows) ? rows : throw new InvalidDataException($"chunk {c} is gone"))];
        }
    }

    public void Abort(int generation, IReadOnlySet<string> keep)
    {
        lock (_lock)
        {
            if (generation < Generation) throw new FencedException($"generation {generation} after {Generation}");
            Generation = generation;
            foreach (string c in _staged.Keys.Where(c => !keep.Contains(c) && int.Parse(c.Split('/')[0], CultureInfo.InvariantCulture) < generation).ToArray()) _staged.Remove(c);
        }
    }
}

/// <summary>Connector <c>memory</c>: tables and targets by name.</summary>
[Connector("memory")]
public sealed class MemoryConnector(bool positions = true, bool swallows = false) : Connector
{
    public Dictionary<string, MemoryTable> Tables { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, MemoryTarget> Targets { get; } = new(StringComparer.Ordinal);

    /// <summary>Told each commit (generation, epoch) before it is made.</summary>
    public Action<int, long> Committing { get; set; } = (_, _) => { };

    /// <summary>Whether the target takes nothing just now.</summary>
    public bool SinkFails { get; set; }

    public override OptionSchema Schema { get; } = new("memory", "Rows in memory.", true, true, [], []) { TakesUpdates = true };

    public override Guarantee Guarantee(Engine.Plan.TableRef table) => Engine.Connect.Guarantee.ExactlyOnce;

    public override ISplitEnumerator CreateEnumerator(SourceContext context) => new Enumerator(Tables[context.Table.Name]);

    public override ISplitReader CreateReader(SourceContext context) => new Reader(Tables[context.Table.Name], context, positions);

    public override ISinkWriter CreateWriter(SinkContext context) => new Writer(Target(context), context, () => SinkFails, swallows);

    public override ICommitter CreateCommitter(SinkContext context) => new Committer(this, Target(context));

    private MemoryTarget Target(SinkContext context)
    {
        lock (Targets)
        {
            if (!Targets.TryGetValue(context.Table.Name, out var target)) Targets.Add(context.Table.Name, target = new MemoryTarget());
            return target;
        }
    }

    private sealed class Enumerator(MemoryTable table) : ISplitEnumerator
    {
        private int _given;

        public bool Finished => table.Bounded && _given == table.Splits.Length;

        public ValueTask<ImmutableArray<Split>> DiscoverAsync(CancellationToken cancel)
        {
            var splits = Enumerable.Range(_given, table.Splits.Length - _given).Select(i => new Split(i.ToString(CultureInfo.InvariantCulture), "")).ToImmutableArray();
            _given = table.Splits.Length;
            return new(splits);
        }

        public byte[] Snapshot() => [(byte)_given];

        public void Restore(ReadOnlySpan<byte> snapshot) => _given = snapshot[0];

        public ValueTask DisposeAsync() => default;
    }

    private sealed class Reader(MemoryTable table, SourceContext context, bool positions) : IComputedReader
    {
        private ImmutableArray<object?[]> _rows = [];
        private long _openedMs;
        private long _given;

        public SplitPosition Position { get; private set; }

        public bool Ended => table.Bounded && Position.Offset >= _rows.Length;

        public long NextDueMs { get; private set; }

        public ValueTask OpenAsync(Split split, SplitPosition position, CancellationToken cancel)
        {
            _rows = table.Splits[int.Parse(split.Id, CultureInfo.InvariantCulture)];
            Position = positions ? position : default;
            return default;
        }

        public int Fill(BatchBuilder to, int maxRows, long nowMs)
        {
            int rows = (int)Math.Min(maxRows, _rows.Length - Position.Offset);
            if (table.RowsPerMs > 0)
            {
                if (_openedMs == 0) _openedMs = nowMs;
                rows = (int)Math.Clamp((long)((nowMs - _openedMs + 1) * table.RowsPerMs) - _given, 0, rows);
                _given += rows;
                NextDueMs = nowMs + 1;
            }

            for (int i = 0; i < rows; i++)
            {
                object?[] row = _rows[(int)Position.Offset + i];
                for (int c = 0; c < to.Columns.Length; c++) Rows.Put(to.Columns[c], row[context.Projection[c]]);
            }

            to.Advance(rows);
            Position = new SplitPosition(Position.Offset + rows);
            return rows;
        }

        public ValueTask DisposeAsync() => default;
    }

    private sealed class Writer(MemoryTarget target, SinkContext context, Func<bool> fails, bool swallows) : ISinkWriter
    {
        private readonly List<string> _open = [];

        public void Encode(Batch batch, IBufferWriter<byte> buffer)
        {
            foreach (string row in Rows.Text(batch)) buffer.Write(Encoding.UTF8.GetBytes(row + "\n"));
        }

        public ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancel)
        {
            if (fails()) return swallows ? default : throw new IOException("the target takes nothing");
            _open.AddRange(Encoding.UTF8.GetString(buffer.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries));
            return default;
        }

        public ValueTask<ImmutableArray<byte[]>> PrepareAsync(long epoch, CancellationToken cancel)
        {
            if (fails()) throw new IOException("the target takes nothing");
            if (_open.Count == 0) return new([]);
            string chunk = $"{context.Generation}/{epoch}/{context.Shard}";
            target.Stage(chunk, _open);
            _open.Clear();
            return new([Encoding.UTF8.GetBytes(chunk)]);
        }

        public ValueTask DisposeAsync() => default;
    }

    private sealed class Committer(MemoryConnector connector, MemoryTarget target) : ICommitter
    {
        public ValueTask CommitAsync(int generation, long epoch, ImmutableArray<byte[]> committables, CancellationToken cancel)
        {
            if (connector.SinkFails) throw new IOException("the target takes nothing");
            connector.Committing(generation, epoch);
            target.Commit(generation, epoch, committables.Select(Encoding.UTF8.GetString));
            return default;
        }

        public ValueTask AbortAsync(int generation, ImmutableArray<byte[]> keep, CancellationToken cancel)
        {
            target.Abort(generation, keep.Select(Encoding.UTF8.GetString).ToHashSet(StringComparer.Ordinal));
            return default;
        }

        public ValueTask DisposeAsync() => default;
    }
}
