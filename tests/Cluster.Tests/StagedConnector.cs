using System.Buffers;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Connect;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Cluster.Tests;

/// <summary>What one job's source gives and its sink takes, as a test says while it runs.</summary>
internal sealed class Stage
{
    private static readonly ConcurrentDictionary<string, Stage> Stages = new();

    public static Stage Of(string name) => Stages.GetOrAdd(name, _ => new Stage());

    /// <summary>Rows that the source may have given by now.</summary>
    public long Given;

    /// <summary>Nothing follows what is given.</summary>
    public volatile bool Closed;

    /// <summary>What the source throws instead of giving rows.</summary>
    public volatile Exception? Broken;

    /// <summary>The sink takes nothing until this completes.</summary>
    public volatile Task Taking = Task.CompletedTask;
}

/// <summary>Connector <c>staged</c>: option <c>stage</c> names a <see cref="Stage"/>. Its sink keeps nothing; a row is 8 KiB there, so that buffers fill soon.</summary>
[Connector("staged")]
public sealed class StagedConnector : Connector
{
    public override OptionSchema Schema { get; } = new("staged", "For tests.", true, true, [new Option("stage", OptionType.Text, "Which.", Required: true)], []);

    public override ISplitEnumerator CreateEnumerator(SourceContext context) => new Enumerator();

    public override ISplitReader CreateReader(SourceContext context) => new Reader(Stage.Of(context.Table.Options["stage"]));

    public override ISinkWriter CreateWriter(SinkContext context) => new Writer(Stage.Of(context.Table.Options["stage"]));

    private sealed class Enumerator : ISplitEnumerator
    {
        public bool Finished { get; private set; }

        public ValueTask<ImmutableArray<Split>> DiscoverAsync(CancellationToken cancel)
        {
            Finished = true;
            return new([new Split("0", "")]);
        }

        public byte[] Snapshot() => [Finished ? (byte)1 : (byte)0];

        public void Restore(ReadOnlySpan<byte> snapshot) => Finished = snapshot[0] == 1;

        public ValueTask DisposeAsync() => default;
    }

    private sealed class Reader(Stage stage) : IComputedReader
    {
        private long _at;

        public SplitPosition Position => new(_at);

        public bool Ended => stage.Closed && _at >= Interlocked.Read(ref stage.Given);

        public long NextDueMs { get; private set; }

        public ValueTask OpenAsync(Split split, SplitPosition position, CancellationToken cancel)
        {
            _at = position.Offset;
            return default;
        }

        public int Fill(BatchBuilder to, int maxRows, long nowMs)
        {
            if (stage.Broken is { } broken) throw broken;
            int count = (int)Math.Min(maxRows, Interlocked.Read(ref stage.Given) - _at);
            NextDueMs = nowMs + 20;
            if (count <= 0) return 0;
            foreach (var column in to.Columns.OfType<FixedBuilder<long>>()) for (int i = 0; i < count; i++) column.Add(_at + i);
            to.Advance(count);
            _at += count;
            return count;
        }

        public ValueTask DisposeAsync() => default;
    }

    private sealed class Writer(Stage stage) : ISinkWriter
    {
        public void Encode(Batch batch, IBufferWriter<byte> buffer)
        {
            for (int i = 0; i < batch.Count; i++)
            {
                buffer.GetSpan(8192)[..8192].Clear();
                buffer.Advance(8192);
            }
        }

        public async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancel) => await stage.Taking.WaitAsync(cancel);

        public ValueTask<ImmutableArray<byte[]>> PrepareAsync(long epoch, CancellationToken cancel) => new(ImmutableArray<byte[]>.Empty);

        public ValueTask DisposeAsync() => default;
    }
}
