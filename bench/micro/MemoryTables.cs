using System.Buffers;
using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Connect;

namespace OrleansStream.Bench;

/// <summary>Columns of 64-bit values that lie in memory, as a bounded source of one split: a row costs the copy of its values.</summary>
internal sealed class MemorySource(params long[][] columns) : Connector
{
    public static Split Split { get; } = new("0", "");

    public override OptionSchema Schema { get; } = new("memory", "Rows in memory.", Source: true, Sink: false, [], [], Bounded: true);

    public override ISplitReader CreateReader(SourceContext context) => new Reader(columns);

    private sealed class Reader(long[][] columns) : IComputedReader
    {
        private int _at;

        public SplitPosition Position => new(_at);

        public bool Ended => _at == columns[0].Length;

        public long NextDueMs => 0;

        public ValueTask OpenAsync(Split split, SplitPosition position, CancellationToken cancel)
        {
            _at = (int)position.Offset;
            return default;
        }

        public int Fill(BatchBuilder to, int maxRows, long nowMs)
        {
            int rows = Math.Min(maxRows, columns[0].Length - _at);
            for (int c = 0; c < columns.Length; c++) columns[c].AsSpan(_at, rows).CopyTo(to.Fixed<long>(c).Append(rows));
            to.Advance(rows);
            _at += rows;
            return rows;
        }

        public ValueTask DisposeAsync() => default;
    }
}

/// <summary>A sink that counts rows and adds up one BIGINT column: the check of a result.</summary>
internal sealed class TallySink(int column) : Connector
{
    private long _rows;
    private long _sum;

    public override OptionSchema Schema { get; } = new("tally", "Counts and adds.", Source: false, Sink: true, [], []);

    /// <summary>rows:sum since the last call.</summary>
    public string Take() => $"{Interlocked.Exchange(ref _rows, 0)}:{Interlocked.Exchange(ref _sum, 0)}";

    /// <summary>Adds the rows of a batch that count.</summary>
    public void Add(Batch batch)
    {
        var values = ((FixedColumn<long>)batch.Columns[column]).Values;
        long sum = 0;
        if (batch.Selection is { } selection) foreach (int r in selection.Rows) sum += values[r];
        else foreach (long v in values[..batch.Length]) sum += v;
        Interlocked.Add(ref _sum, sum);
        Interlocked.Add(ref _rows, batch.Count);
    }

    public override ISinkWriter CreateWriter(SinkContext context) => new Writer(this);

    private sealed class Writer(TallySink sink) : ISinkWriter
    {
        public void Encode(Batch batch, IBufferWriter<byte> buffer) => sink.Add(batch);

        public ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancel) => default;

        public ValueTask<ImmutableArray<byte[]>> PrepareAsync(long epoch, CancellationToken cancel) => new(ImmutableArray<byte[]>.Empty);

        public ValueTask DisposeAsync() => default;
    }
}
