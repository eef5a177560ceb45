using System.Collections.Immutable;
using OrleansStream.Columns;

namespace OrleansStream.Engine.Flow;

/// <summary>Where a chain ends: an exchange or a sink.</summary>
public abstract class Tail
{
    /// <summary>No room now: the chain takes no more input.</summary>
    public abstract bool Full { get; }

    /// <summary>What it waits for when full, in a person's words.</summary>
    public abstract string Blocker { get; }

    /// <summary>Takes the rows that count, and their marks; reads them before it returns.</summary>
    public abstract void Append(Batch batch);

    public abstract void Watermark(long watermark);

    public abstract void Idle(bool idle);

    /// <summary>Nothing follows.</summary>
    public abstract void End();
}

/// <summary>The sending end of a link as <see cref="Partition"/> fills it.</summary>
public abstract class FrameSender
{
    /// <summary>Takes the parts of a closed frame.</summary>
    public abstract void Send(ImmutableArray<SubBatch> parts, long bytes);

    /// <summary>A closed frame waits for the link.</summary>
    public abstract bool Backlog { get; }

    /// <summary>The receiving silo.</summary>
    public abstract string Silo { get; }
}
