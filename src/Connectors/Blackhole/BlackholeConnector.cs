using System.Buffers;
using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Connect;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Connectors.Blackhole;

/// <summary>Takes every row and keeps none: for measuring.</summary>
[Connector("blackhole")]
public sealed class BlackholeConnector : Connector
{
    public override OptionSchema Schema { get; } =
        new("blackhole", "Takes every row and keeps none.", Source: false, Sink: true, [], []) { TakesUpdates = true, Partitions = true };

    // Nothing is ever visible, so nothing is visible twice.
    public override Guarantee Guarantee(TableRef table) => Engine.Connect.Guarantee.ExactlyOnce;

    public override ISinkWriter CreateWriter(SinkContext context) => new Writer();

    private sealed class Writer : ISinkWriter
    {
        public void Encode(Batch batch, IBufferWriter<byte> buffer)
        {
        }

        public ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancel) => default;

        public ValueTask<ImmutableArray<byte[]>> PrepareAsync(long epoch, CancellationToken cancel) => new(ImmutableArray<byte[]>.Empty);

        public ValueTask DisposeAsync() => default;
    }
}
