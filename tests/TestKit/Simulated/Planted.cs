using System.Buffers;
using OrleansStream.Columns;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.State;

namespace OrleansStream.TestKit.Simulated;

/// <summary>A mistake put into the simulated surroundings on purpose, to see that the simulator finds it.</summary>
public enum Planted
{
    None,

    /// <summary>A reader begins at the split's start, wherever it was told to.</summary>
    ReaderForgetsPosition,

    /// <summary>The journal takes an entry from one who has not read all before it.</summary>
    JournalWithoutFence,

    /// <summary>What arrives twice is taken twice.</summary>
    FramesTakenTwice,

    /// <summary>A frame that was lost counts as taken, and nobody sees the gap.</summary>
    LossUnnoticed,

    /// <summary>After a lost answer the frame is sent anew instead of once more.</summary>
    AnswerLostSentAnew,

    /// <summary>A generation begins from what was read earlier, though a checkpoint was published meanwhile.</summary>
    BeginIgnoresPublish,

    /// <summary>Sinks are committed before the manifest is published.</summary>
    CommitBeforePublish,

    /// <summary>A part that could not be stored is reported as stored.</summary>
    DiskErrorSwallowed,

    /// <summary>A shard of another range keeps all keys that it reads.</summary>
    RangeIgnored,

    /// <summary>Frames are said to be taken before they arrive, and are numbered as they come.</summary>
    OrderIgnored,

    /// <summary>Files are not synced before they get their names.</summary>
    FileNotSynced,

    /// <summary>New names in a folder are not synced.</summary>
    FolderNotSynced,

    /// <summary>Entries of the journal are written under their own names.</summary>
    EntryWrittenInPlace,

    /// <summary>A sink's write that failed is taken for done.</summary>
    SinkErrorSwallowed,

    /// <summary>The run does not mind that a shard answers from another activation.</summary>
    InstanceIgnored,

    /// <summary>An epoch that a shard never reports is waited for.</summary>
    OverdueIgnored,

    /// <summary>A generation does not commit what the one before has published.</summary>
    RecommitForgotten,
}

/// <summary>State that keeps every key, whatever its range.</summary>
internal sealed class KeepsAll(IShardState state) : IShardState
{
    public long Bytes => state.Bytes;

    public long LiveBytes => state.LiveBytes;

    public long Now
    {
        get => state.Now;
        set => state.Now = value;
    }

    public OperatorState Of(string uid) => state.Of(uid);

    public void Cut(long epoch) => state.Cut(epoch);

    public bool WritePart(IBufferWriter<byte> to, bool full) => state.WritePart(to, full);

    public void Read(ReadOnlyMemory<byte> part, KeyGroupRange keep) => state.Read(part, KeyGroupRange.All);

    public void Dispose() => state.Dispose();
}
