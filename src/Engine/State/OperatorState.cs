using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.State;

/// <summary>The state of one operator on one shard: where it declares its tables. Everything else (epochs, parts, memory) belongs to <see cref="ShardState"/>.</summary>
public sealed class OperatorState
{
    private readonly ShardState _shard;
    private readonly SortedDictionary<string, object> _tables = new(StringComparer.Ordinal);

    internal OperatorState(ShardState shard, string uid)
    {
        _shard = shard;
        Uid = uid;
    }

    public string Uid { get; }

    public ValueTable Value(StateSpec spec) => Declare(spec, StateKind.Value, () =>
    {
        var table = new ValueTable(spec, _shard.Epochs, _shard.Clock);
        _shard.Restore(Uid, spec, _ => table);
        return table;
    });

    public MapTable Map(StateSpec spec) => Declare(spec, StateKind.Map, () =>
    {
        var table = new MapTable(spec, _shard.Epochs, _shard.Clock);
        _shard.Restore(Uid, spec, _ => table);
        return table;
    });

    public SortedMapTable Sorted(StateSpec spec) => Declare(spec, StateKind.SortedMap, () =>
    {
        var table = new SortedMapTable(spec, _shard.Epochs, _shard.Clock);
        _shard.Restore(Uid, spec, _ => table);
        return table;
    });

    /// <summary>A family of Value tables, one per window or pane (a 64-bit key such as its start in ms), each dropped whole.</summary>
    public PaneTables Panes(StateSpec spec) => Declare(spec, StateKind.Value, () =>
    {
        var panes = new PaneTables(spec, _shard.Epochs, _shard.Clock);
        _shard.Restore(Uid, spec, pane => panes[pane]);
        return panes;
    });

    /// <summary>As <see cref="Panes"/>, of Log tables.</summary>
    public LogPanes Logs(StateSpec spec) => Declare(spec, StateKind.Log, () =>
    {
        var panes = new LogPanes(spec, _shard.Epochs);
        _shard.Restore(Uid, spec, pane => panes[pane]);
        return panes;
    });

    /// <summary>As <see cref="Panes"/>, of sorted maps.</summary>
    public SortedPanes SortedPanes(StateSpec spec) => Declare(spec, StateKind.SortedMap, () =>
    {
        var panes = new SortedPanes(spec, _shard.Epochs, _shard.Clock);
        _shard.Restore(Uid, spec, pane => panes[pane]);
        return panes;
    });

    /// <summary>All tables in the order of their names, with the pane (0 for tables that have none).</summary>
    internal IEnumerable<(long Pane, StoredTable Table)> Tables()
    {
        foreach (object t in _tables.Values)
        {
            if (t is PaneTables panes) foreach (var (pane, table) in panes.Tables) yield return (pane, table);
            else if (t is SortedPanes sorted) for (int i = 0; i < sorted.Open.Count; i++) yield return (sorted.Open[i], sorted.Tables[i]);
            else if (t is LogPanes logs) for (int i = 0; i < logs.Open.Count; i++) yield return (logs.Open[i], logs.Tables[i]);
            else yield return (0, (StoredTable)t);
        }
    }

    internal void Free()
    {
        foreach (object t in _tables.Values)
        {
            if (t is PaneTables panes) panes.Free();
            else if (t is SortedPanes sorted) sorted.Free();
            else if (t is LogPanes logs) logs.Free();
            else ((StoredTable)t).Free();
        }

        _tables.Clear();
    }

    private T Declare<T>(StateSpec spec, StateKind kind, Func<T> create) where T : class
    {
        if (spec.Kind != kind) throw new ArgumentException($"state {spec.Name} is declared as {spec.Kind}, not {kind}");
        if (_tables.TryGetValue(spec.Name, out object? known)) throw new InvalidOperationException($"state {spec.Name} of operator {Uid} is declared twice");
        var table = create();
        _tables.Add(spec.Name, table);
        return table;
    }
}
