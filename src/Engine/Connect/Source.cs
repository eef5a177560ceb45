using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Connect;

/// <summary>A piece of a source that one shard reads alone: a file, a range of numbers, a partition.</summary>
/// <param name="Id">stable name, unique within the source.</param>
/// <param name="Spec">what the connector needs to open it.</param>
public sealed record Split(string Id, string Spec);

/// <summary>Where reading of a split goes on: the next record's offset in the connector's own unit, and what else it needs.</summary>
public readonly record struct SplitPosition(long Offset, string? Extra = null)
{
    public static SplitPosition Start => default;
}

/// <summary>What a source is made from.</summary>
/// <param name="Table">name, options and physical columns.</param>
/// <param name="Projection">the physical columns that the plan reads, in the order it wants them; decode no others.</param>
/// <param name="Parallelism">shards that will read.</param>
public sealed record SourceContext(TableRef Table, ImmutableArray<int> Projection, int Parallelism, IServices Services)
{
    /// <summary>Schema of the rows that readers fill.</summary>
    public Schema ReadSchema => Table.Schema.Select(Projection.AsSpan());
}

/// <summary>What connectors may use of the process they run in.</summary>
public interface IServices
{
    TimeProvider Time { get; }

    /// <summary>Resolves a reference to a secret (<c>${secret:NAME}</c>) in an option's value.</summary>
    string Resolve(string optionValue);

    /// <summary>Relative paths of the filesystem connector start here.</summary>
    string BaseDirectory { get; }

    /// <summary>Where the <c>print</c> connector writes: standard output in a local run, the log elsewhere.</summary>
    void Print(string line);
}

/// <summary>Finds the splits of one source of one job; hosted by the run. Its bytes are in the manifest.</summary>
public interface ISplitEnumerator : IAsyncDisposable
{
    /// <summary>Splits that were not given out before, in a stable order.</summary>
    ValueTask<ImmutableArray<Split>> DiscoverAsync(CancellationToken cancel);

    /// <summary>No splits will follow: set when discovery said so.</summary>
    bool Finished { get; }

    byte[] Snapshot();

    void Restore(ReadOnlySpan<byte> snapshot);
}

/// <summary>Whole records as bytes, with what leads from a consumed count to a position.</summary>
/// <param name="Bytes">whole records.</param>
/// <param name="Before">position of the first record.</param>
/// <param name="Last">nothing follows in this split.</param>
public sealed record RawBlock(ReadOnlyMemory<byte> Bytes, SplitPosition Before, bool Last);

/// <summary>Reads splits for one shard. Either <see cref="IBlockReader"/> or <see cref="IComputedReader"/>.</summary>
public interface ISplitReader : IAsyncDisposable
{
    /// <summary>Opens a split at a position; called on the pool.</summary>
    ValueTask OpenAsync(Split split, SplitPosition position, CancellationToken cancel);
}

/// <summary>A source with I/O: blocks are read on the pool, decoded by its format on the executor.</summary>
public interface IBlockReader : ISplitReader
{
    /// <summary>The next block of an open split, or null when there is nothing to read now; waits at most about 200 ms.</summary>
    ValueTask<RawBlock?> ReadAsync(CancellationToken cancel);

    /// <summary>Turns bytes of this reader's blocks into rows.</summary>
    IFormatDecoder Decoder { get; }

    /// <summary>The position after <paramref name="bytes"/> bytes and <paramref name="records"/> records of a block.</summary>
    SplitPosition After(RawBlock block, int bytes, int records);
}

/// <summary>A source that computes its rows (a generator): a unit of the executor.</summary>
public interface IComputedReader : ISplitReader
{
    SplitPosition Position { get; }

    /// <summary>
    /// Appends up to <paramref name="maxRows"/> rows and moves on. 0 rows and not <see cref="Ended"/> = nothing is due before <see cref="NextDueMs"/>.
    /// </summary>
    int Fill(BatchBuilder to, int maxRows, long nowMs);

    /// <summary>The open split has no more rows.</summary>
    bool Ended { get; }

    /// <summary>When a rate-limited generator has its next row (ms since 1970).</summary>
    long NextDueMs { get; }
}
