using System.Buffers;
using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Contracts;
using OrleansStream.Engine.Connect;

namespace OrleansStream.Grains;

/// <summary>
/// The sink of a SELECT: offers pages to the job's result grain, and offers again while it is full. Rows are seen at once, so such a job takes no checkpoints. It is in no
/// catalog: only a bare SELECT ends in it.
/// </summary>
internal sealed class CollectConnector(IGrainFactory grains, TimeProvider time) : Connector
{
    public const string ConnectorName = "collect";

    public override OptionSchema Schema { get; } =
        new(ConnectorName, "The result of a SELECT, for its reader.", Source: false, Sink: true, [], []) { TakesUpdates = true };

    public override ISinkWriter CreateWriter(SinkContext context) => new Writer(context, grains.GetGrain<IResultGrain>(context.Job), time);

    private sealed class Writer(SinkContext context, IResultGrain result, TimeProvider time) : ISinkWriter
    {
        private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(5);
        private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(200);

        // Pages hold kinds only for changelogs; a selection is gathered by the builder.
        private readonly BatchBuilder _rows = new(context.Table.Schema, withKinds: context.Changelog);
        private long _sequence;

        public void Encode(Batch batch, IBufferWriter<byte> buffer)
        {
            _rows.Reset();
            _rows.Append(batch);
            BatchFormat.Write(_rows.Borrow(), buffer);
        }

        public async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancel)
        {
            byte[] page = buffer.ToArray();
            // A reader that is away for long costs little.
            for (var wait = FirstWait; !await result.OfferAsync(context.Shard, _sequence, page); wait = wait * 2 < LongestWait ? wait * 2 : LongestWait)
                await Task.Delay(wait, time, cancel);
            _sequence++;
        }

        public ValueTask<ImmutableArray<byte[]>> PrepareAsync(long epoch, CancellationToken cancel) => new(ImmutableArray<byte[]>.Empty);

        public ValueTask DisposeAsync() => default;
    }
}
