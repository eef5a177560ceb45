using System.Collections.Immutable;
using OrleansStream.Columns;

namespace OrleansStream.Engine.Flow;

public enum ControlKind : byte
{
    /// <summary>Value = watermark in ms.</summary>
    Watermark,

    /// <summary>The channel may stay silent: it does not hold back time.</summary>
    Idle,
    Active,

    /// <summary>Value = epoch.</summary>
    Barrier,

    /// <summary>Nothing follows on this channel.</summary>
    End,
}

/// <summary>A mark between rows: after the first <paramref name="Row"/> rows of the sub-batch.</summary>
public readonly record struct Control(int Row, ControlKind Kind, long Value);

/// <summary>
/// A link: one edge, from one sending shard, to all receiving shards on one silo. <paramref name="Silo"/> is the receiving silo's name as the run's table of shards has it.
/// </summary>
public readonly record struct LinkId(int Exchange, int Sender, string Silo)
{
    public override string ToString() => $"{Exchange}/{Sender}@{Silo}";
}

/// <summary>What one receiving shard gets of a frame: rows (null = none) and its own controls, in order of <see cref="Control.Row"/>.</summary>
public sealed record SubBatch(int Shard, Batch? Rows, ImmutableArray<Control> Controls);

/// <summary>
/// What crosses a link: immutable, 32 KiB to 1 MiB. On a link and generation, sequences are 0, 1, 2, …
/// </summary>
public sealed record Frame(string Job, int Generation, LinkId Link, long Sequence, ImmutableArray<SubBatch> Parts, long Bytes)
{
    /// <summary>Rows in all parts.</summary>
    public int Rows => Parts.Sum(p => p.Rows?.Length ?? 0);
}

public enum AnswerKind : byte
{
    /// <summary>Accepted, and the next frame may come now.</summary>
    Taken,

    /// <summary>Accepted; ask <c>Ready</c> before the next.</summary>
    TakenLater,

    /// <summary>This sequence was accepted before: success.</summary>
    Duplicate,

    /// <summary>The receiver knows a newer generation (value).</summary>
    Stale,

    /// <summary>The receiver expects another sequence (value): frames were lost.</summary>
    Gap,

    /// <summary>The receiver has no such link.</summary>
    NotHere,
}

/// <summary>The answer to an offer, given within a second.</summary>
public readonly record struct Answer(AnswerKind Kind, long Value = 0);
