using System.Collections.Immutable;
using OrleansStream.Engine.Connect;

namespace OrleansStream.Connectors.Splits;

/// <summary>Splits that are known from the start and given out at once.</summary>
public sealed class FixedSplits(ImmutableArray<Split> splits) : ISplitEnumerator
{
    public bool Finished { get; private set; }

    public ValueTask<ImmutableArray<Split>> DiscoverAsync(CancellationToken cancel)
    {
        if (Finished) return new(ImmutableArray<Split>.Empty);
        Finished = true;
        return new(splits);
    }

    public byte[] Snapshot() => [(byte)(Finished ? 1 : 0)];

    public void Restore(ReadOnlySpan<byte> snapshot) => Finished = snapshot is [1, ..];

    public ValueTask DisposeAsync() => default;
}
