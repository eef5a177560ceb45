using System.Collections.Immutable;
using OrleansStream.Columns;

namespace OrleansStream.Engine.Plan;

/// <summary>
/// A job as a document: no delegates, no CLR names, no secrets (only references to them). Written and read by <see cref="PlanJson"/>.
/// </summary>
/// <param name="Format">version of the document's form.</param>
/// <param name="Stages">in topological order: an exchange leads from a stage to a later one.</param>
/// <param name="Exchanges">edges between stages.</param>
/// <param name="Settings">the SET options that concern the run (<c>parallelism.default</c>, <c>execution.checkpointing.interval</c> …).</param>
public sealed record Plan(
    int Format,
    ImmutableArray<StagePlan> Stages,
    ImmutableArray<Exchange> Exchanges,
    ImmutableSortedDictionary<string, string> Settings)
{
    public const int CurrentFormat = 1;
}

/// <summary>
/// Operators that run in one chain on each shard. Nodes are in topological order: a node's inputs are stage inputs or earlier nodes.
/// </summary>
/// <param name="Id">position in <see cref="Plan.Stages"/>.</param>
/// <param name="Name">for people, e.g. <c>bids → TumbleWindow(partial)</c>.</param>
/// <param name="Parallelism">shards; 0 = the job's default. Stages whose input must be one (a global aggregate) say 1.</param>
public sealed record StagePlan(int Id, string Name, int Parallelism, ImmutableArray<StageInput> Inputs, ImmutableArray<NodePlan> Nodes);

/// <summary>What a stage reads.</summary>
public abstract record StageInput(Schema Schema);

/// <summary>
/// Splits of a table. The chain sees <paramref name="Table"/>'s columns that <paramref name="Projection"/> keeps, then <paramref name="Computed"/> (expressions over
/// these and over earlier computed columns), with watermark marks made per split from <paramref name="Watermark"/>.
/// </summary>
public sealed record SourceInput(
    TableRef Table,
    ImmutableArray<int> Projection,
    ImmutableArray<Expr> Computed,
    WatermarkSpec? Watermark,
    string Uid,
    Schema Schema) : StageInput(Schema)
{
    /// <summary>Whether the table's rows carry kinds (a changelog source): readers fill builders that have a kind column.</summary>
    public bool Changelog { get; init; }
}

/// <summary>What exchange <paramref name="Exchange"/> delivers.</summary>
public sealed record ExchangeInput(int Exchange, Schema Schema) : StageInput(Schema);

/// <summary>An operator in a stage.</summary>
/// <param name="Uid">stable over edits of the query: a hint, else a hash of the sub-plan without names. State is found under it.</param>
/// <param name="Inputs">one entry a port.</param>
public sealed record NodePlan(int Id, string Uid, OperatorSpec Spec, ImmutableArray<NodeInput> Inputs);

/// <summary>Where a port reads: stage input <paramref name="StageInput"/> when <paramref name="Node"/> is −1, else that earlier node's output.</summary>
public readonly record struct NodeInput(int Node, int StageInput)
{
    public static NodeInput FromNode(int node) => new(node, -1);

    public static NodeInput FromStageInput(int input) => new(-1, input);
}

public enum ExchangeKind : byte
{
    /// <summary>By the hash of the key columns to the shard that owns its key group.</summary>
    Hash,

    /// <summary>All rows to shard 0.</summary>
    Single,

    /// <summary>Every row to every shard.</summary>
    Broadcast,

    /// <summary>Round robin by batch: the rows need no place of their own.</summary>
    Rebalance,
}

/// <summary>An edge: rows of <paramref name="FromNode"/> (or of stage input −1 − FromNode when negative) go to input <paramref name="ToInput"/> of stage <paramref name="ToStage"/>.</summary>
/// <param name="Keys">columns of <paramref name="Schema"/>; empty unless <see cref="ExchangeKind.Hash"/>.</param>
/// <param name="Changelog">whether rows carry kinds.</param>
public sealed record Exchange(
    int Id, int FromStage, int FromNode, int ToStage, int ToInput, ExchangeKind Kind, ImmutableArray<int> Keys, Schema Schema, bool Changelog);

/// <summary>A table of the catalog as a plan needs it: the connector's name and options, and the physical columns.</summary>
public sealed record TableRef(
    string Name, string Connector, ImmutableSortedDictionary<string, string> Options, Schema Schema, ImmutableArray<int> PrimaryKey, ImmutableArray<int> PartitionKeys)
{
    /// <summary>Columns of a source that are metadata: position → the connector's key.</summary>
    public ImmutableSortedDictionary<int, string> Metadata { get; init; } = ImmutableSortedDictionary<int, string>.Empty;

    /// <summary>The metadata key of a column, or null.</summary>
    public string? MetadataKey(int column) => Metadata.GetValueOrDefault(column);
}

/// <summary>
/// Makes watermarks from rows: the value of <paramref name="Expression"/> (a timestamp ≤ 3 digits over the source's columns, NULL = none), raised by more than
/// <paramref name="IntervalMs"/> over the last one sent. <paramref name="RowtimeColumn"/> is the time attribute: NULL there fails the job.
/// </summary>
public sealed record WatermarkSpec(int RowtimeColumn, Expr Expression, long IntervalMs, long IdleTimeoutMs = 0)
{
    /// <summary>Flink's <c>pipeline.auto-watermark-interval</c> default.</summary>
    public const long DefaultIntervalMs = 200;
}
