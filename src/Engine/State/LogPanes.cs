using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.State;

/// <summary>A family of Log tables, one per window or slice of time (a 64-bit key such as its start in ms): opened at the first row, dropped whole.</summary>
public sealed class LogPanes
{
    private readonly Epochs _epochs;
    private readonly List<long> _panes = [];
    private readonly List<LogTable> _tables = [];
    private readonly Stack<LogTable> _spare = new();

    internal LogPanes(StateSpec spec, Epochs epochs) => (Spec, _epochs) = (spec, epochs);

    public StateSpec Spec { get; }

    /// <summary>The open panes, in ascending order.</summary>
    public IReadOnlyList<long> Open => _panes;

    /// <summary>The table of each open pane.</summary>
    public IReadOnlyList<LogTable> Tables => _tables;

    /// <summary>The table of a pane, created if absent.</summary>
    public LogTable this[long pane]
    {
        get
        {
            // Most rows belong to the newest panes.
            int at = _panes.Count > 0 && _panes[^1] == pane ? _panes.Count - 1 : _panes.BinarySearch(pane);
            if (at >= 0) return _tables[at];
            var table = _spare.TryPop(out var spare) ? spare : new LogTable(Spec, _epochs);
            _panes.Insert(~at, pane);
            _tables.Insert(~at, table);
            return table;
        }
    }

    /// <summary>The table of a pane, or null.</summary>
    public LogTable? Find(long pane)
    {
        int at = _panes.BinarySearch(pane);
        return at >= 0 ? _tables[at] : null;
    }

    /// <summary>Gives the pane's memory back; nothing happens when it is not open.</summary>
    public void Drop(long pane)
    {
        int at = _panes.BinarySearch(pane);
        if (at < 0) return;
        _tables[at].Free();
        _spare.Push(_tables[at]);
        _panes.RemoveAt(at);
        _tables.RemoveAt(at);
    }

    internal void Free()
    {
        foreach (var t in _tables) t.Free();
        _tables.Clear();
        _panes.Clear();
    }
}
