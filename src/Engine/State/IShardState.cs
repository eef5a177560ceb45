using System.Buffers;
using OrleansStream.Columns;

namespace OrleansStream.Engine.State;

/// <summary>
/// All tables of one shard, and what a checkpoint needs of them. The host calls it between units; operators see only <see cref="OperatorState"/>.
/// </summary>
public interface IShardState : IDisposable
{
    /// <summary>Native bytes held, charged to the shard's memory account.</summary>
    long Bytes { get; }

    /// <summary>Processing time (ms since 1970, UTC) of the unit in progress, against which TTLs run; set by the host.</summary>
    long Now { get; set; }

    /// <summary>The state of the operator with this uid; the same object for the same uid.</summary>
    OperatorState Of(string uid);

    /// <summary>
    /// The cut of an epoch: what was written until now belongs to <paramref name="epoch"/>. Copies nothing; a page written again before it is stored is copied first.
    /// </summary>
    /// <exception cref="InvalidOperationException">the part of the cut before is not written to its end.</exception>
    void Cut(long epoch);

    /// <summary>
    /// Writes the part of the last <see cref="Cut"/>: all pages, or those changed since the part before it. Called in slices (each about 64 KiB) until it returns false,
    /// interleaved with batches.
    /// </summary>
    bool WritePart(IBufferWriter<byte> to, bool full);

    /// <summary>Bytes of pages, heaps and indexes in use: at least a full part's size. A chain longer than twice this is written full.</summary>
    long LiveBytes { get; }

    /// <summary>
    /// Loads a part of a chain (full part first, then its deltas in order; a full part begins another chain), keeping the keys whose group is in
    /// <paramref name="keep"/>. Before the first <see cref="Of"/>; the memory must stay until operators have opened.
    /// </summary>
    /// <exception cref="InvalidDataException">the part is torn, truncated or of another format; the message says where.</exception>
    void Read(ReadOnlyMemory<byte> part, KeyGroupRange keep);
}
