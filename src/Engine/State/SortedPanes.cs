using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.State;

/// <summary>A family of sorted maps, one per window (a 64-bit key such as its end in ms): opened at the first row, dropped whole.</summary>
public sealed class SortedPanes
{
    private readonly Epochs _epochs;
    private readonly Func<long> _now;
    private readonly List<long> _panes = [];
    private readonly List<SortedMapTable> _tables = [];
    private readonly Stack<SortedMapTable> _spare = new();

    internal SortedPanes(StateSpec spec, Epochs epochs, Func<long> now) => (Spec, _epochs, _now) = (spec, epochs, now);

    public StateSpec Spec { get; }

    /// <summary>The open panes, in ascending order.</summary>
    public IReadOnlyList<long> Open => _panes;

    /// <summary>The table of each open pane.</summary>
    public IReadOnlyList<SortedMapTable> Tables => _tables;

    /// <summary>The table of a pane, created if absent.</summary>
    public SortedMapTable this[long pane]
    {
        get
        {
            // Most rows belong to the newest pane.
            int at = _panes.Count > 0 && _panes[^1] == pane ? _panes.Count - 1 : _panes.BinarySearch(pane);
            if (at >= 0) return _tables[at];
            if (_spare.TryPop(out var table)) table.Reopen();
            else table = new SortedMapTable(Spec, _epochs, _now);
            _panes.Insert(~at, pane);
            _tables.Insert(~at, table);
            return table;
        }
    }

    /// <summary>Gives the memory of the first pane back.</summary>
    public void DropFirst()
    {
        _tables[0].Free();
        _spare.Push(_tables[0]);
        _panes.RemoveAt(0);
        _tables.RemoveAt(0);
    }

    internal void Free()
    {
        foreach (var t in _tables) t.Free();
        _tables.Clear();
        _panes.Clear();
    }
}
