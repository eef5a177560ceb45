using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Connect;

public enum Guarantee : byte
{
    ExactlyOnce,

    /// <summary>Upsert by key: repeated rows change nothing.</summary>
    Idempotent,
    AtLeastOnce,
}

/// <param name="Sink">the sink's uid in the plan: part of the name under which the target fences.</param>
public sealed record SinkContext(string Job, string Sink, TableRef Table, bool Changelog, int Generation, int Shard, IServices Services);

/// <summary>
/// Writes one shard's rows to a place that nobody reads yet. <see cref="Encode"/> is a unit on the executor; the rest runs on the pool, in order, one call at a time,
/// while the next buffer is filled. A call that ends in an <see cref="IOException"/> is made again with the same bytes until it succeeds, so it must leave nothing half done;
/// any other exception fails the shard.
/// </summary>
public interface ISinkWriter : IAsyncDisposable
{
    /// <summary>Appends the rows of a batch that count to the buffer.</summary>
    void Encode(Batch batch, System.Buffers.IBufferWriter<byte> buffer);

    ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancel);

    /// <summary>Everything written before belongs to <paramref name="epoch"/> and is durable when this returns: what the committer needs to make it visible.</summary>
    ValueTask<ImmutableArray<byte[]>> PrepareAsync(long epoch, CancellationToken cancel);
}

/// <summary>What a writer had staged is not there any more: only another generation, which reads it again, can write it.</summary>
public sealed class StagedOutputLostException(string message) : Exception(message);

/// <summary>Makes the epochs of one sink visible; one per sink and job, called by the run after the manifest is published.</summary>
public interface ICommitter : IAsyncDisposable
{
    /// <summary>Idempotent; refuses (throws <see cref="FencedException"/>) when the target has seen a newer generation.</summary>
    ValueTask CommitAsync(int generation, long epoch, ImmutableArray<byte[]> committables, CancellationToken cancel);

    /// <summary>Removes what generations older than <paramref name="generation"/> staged and <paramref name="keep"/> does not name.</summary>
    ValueTask AbortAsync(int generation, ImmutableArray<byte[]> keep, CancellationToken cancel);
}

/// <summary>The target has seen a newer generation of the job: this one must stand down.</summary>
public sealed class FencedException(string message) : Exception(message);

/// <summary>A sink that holds nothing back and commits nothing.</summary>
public sealed class NoCommitter : ICommitter
{
    public ValueTask CommitAsync(int generation, long epoch, ImmutableArray<byte[]> committables, CancellationToken cancel) => default;

    public ValueTask AbortAsync(int generation, ImmutableArray<byte[]> keep, CancellationToken cancel) => default;

    public ValueTask DisposeAsync() => default;
}
