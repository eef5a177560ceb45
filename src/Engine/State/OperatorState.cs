using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.State;

/// <summary>The state of one operator on one shard: where it declares its tables. Everything else (epochs, parts, memory) belongs to <see cref="ShardState"/>.</summary>
public abstract class OperatorState
{
    public abstract ValueTable Value(StateSpec spec);

    public abstract MapTable Map(StateSpec spec);

    /// <summary>
    /// A family of Value tables, one per window or pane (a 64-bit key such as its start in ms), each dropped whole.
    /// </summary>
    public abstract PaneTables Panes(StateSpec spec);
}
