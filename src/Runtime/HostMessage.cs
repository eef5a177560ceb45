using System.Collections.Immutable;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.Connect;
using OrleansStream.Engine.Flow;

namespace OrleansStream.Runtime;

/// <summary>What comes into a host's inbox from other threads: commands, parts of frames, and the ends of what it has started.</summary>
internal abstract record HostMessage
{
    public sealed record Go : HostMessage;

    public sealed record OpenEpoch(EpochCommand Command) : HostMessage;

    public sealed record Stop(TaskCompletionSource Done) : HostMessage;

    public sealed record Arrived(int Exchange, int Sender, SubBatch Part, FrameTicket Ticket) : HostMessage;

    public sealed record Answered(Link Link, Answer Answer, Exception? Error) : HostMessage;

    public sealed record LinkReady(Link Link, bool Ready, Exception? Error) : HostMessage;

    /// <param name="Block">null = nothing to read just now.</param>
    public sealed record BlockRead(SplitPump Split, RawBlock? Block, Exception? Error) : HostMessage;

    public sealed record SinkDone(SinkTail Sink, long Prepared, ImmutableArray<byte[]> Committables, Exception? Error) : HostMessage;

    public sealed record PartStored(long Epoch, Exception? Error) : HostMessage;

    /// <summary>The savepoint's copies are there, or could not be made.</summary>
    public sealed record PartsKept(Exception? Error) : HostMessage;

    /// <summary>A need was met; the chain knows which.</summary>
    public sealed record Woken : HostMessage;
}
