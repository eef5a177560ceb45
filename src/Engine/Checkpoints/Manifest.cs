using System.Collections.Immutable;
using OrleansStream.Engine.Connect;

namespace OrleansStream.Engine.Checkpoints;

/// <summary>
/// A checkpoint: per shard one chain of parts that ends in this epoch and generation (a full part first; earlier ones may come from older generations).
/// </summary>
/// <param name="Last">every shard had ended: nothing follows, the job is finished once this is committed.</param>
/// <param name="Committables">per sink uid, what its committer needs.</param>
/// <param name="Enumerators">per source uid, the enumerator's bytes and the splits that were given out.</param>
public sealed record Manifest(
    int Format,
    int HashVersion,
    int Generation,
    long Epoch,
    bool Last,
    ImmutableArray<ShardImage> Shards,
    ImmutableSortedDictionary<string, ImmutableArray<byte[]>> Committables,
    ImmutableSortedDictionary<string, EnumeratorImage> Enumerators)
{
    public const int CurrentFormat = 1;

    /// <summary>Begins the message of what happens when a part that a manifest names cannot be read: nothing else may take its place by itself.</summary>
    public const string DamagedCode = "OS5007";
}

/// <summary>One shard in a manifest.</summary>
/// <param name="Parts">names in the part store, in order of reading.</param>
/// <param name="Bytes">of all parts.</param>
/// <param name="Splits">positions after the last row that entered the chain before the cut, of splits that this shard reads.</param>
/// <param name="Ports">time and end per stage input.</param>
/// <param name="Counters">values of counters, as <c>uid/name</c>.</param>
public sealed record ShardImage(
    int Stage, int Shard, int Shards, ImmutableArray<string> Parts, long Bytes, ImmutableArray<SplitImage> Splits, ImmutableArray<PortImage> Ports,
    ImmutableSortedDictionary<string, long> Counters);

/// <summary>A split as the cut found it.</summary>
/// <param name="Source">the source's uid.</param>
/// <param name="MaxWatermark">running maximum of the split's watermark expression.</param>
/// <param name="LastMark">last mark sent.</param>
public sealed record SplitImage(string Source, Split Split, SplitPosition Position, bool Ended, long MaxWatermark, long LastMark);

/// <summary>The gate's combined watermark of a stage input (what operators were told), and whether it has ended.</summary>
public sealed record PortImage(int Input, long Watermark, bool Ended);

/// <summary>An enumerator: its bytes, whether it has finished, and every split it gave out with the shard that reads it.</summary>
public sealed record EnumeratorImage(byte[] Bytes, bool Finished, ImmutableArray<AssignedSplit> Assigned);

/// <summary>A split and its shard of the source's stage.</summary>
public sealed record AssignedSplit(Split Split, int Shard);

/// <summary>Named immutable blobs: parts of checkpoints. Contract: <c>PartStoreContract</c> in the tests.</summary>
public interface IPartStore
{
    /// <summary>Durable and whole when it returns; putting a name again replaces it.</summary>
    ValueTask PutAsync(string name, System.Buffers.ReadOnlySequence<byte> part, CancellationToken cancel);

    /// <exception cref="FileNotFoundException">no such part; the message names it.</exception>
    /// <exception cref="InvalidDataException">the part is torn or truncated; the message names it.</exception>
    ValueTask<ReadOnlyMemory<byte>> GetAsync(string name, CancellationToken cancel);

    ValueTask<ImmutableArray<string>> ListAsync(string prefix, CancellationToken cancel);

    ValueTask DeleteAsync(string name, CancellationToken cancel);
}
