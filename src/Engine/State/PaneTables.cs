using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.State;

/// <summary>
/// A family of Value tables, one per window or pane (a 64-bit key such as its start in ms): opened at the first row, dropped whole when the watermark has passed.
/// </summary>
public sealed class PaneTables
{
    private readonly Epochs _epochs;
    private readonly Func<long> _now;
    private readonly List<long> _panes = [];
    private readonly List<ValueTable> _tables = [];
    private readonly Stack<ValueTable> _spare = new();
    private long _expected;
    private bool _dense;

    internal PaneTables(StateSpec spec, Epochs epochs, Func<long> now)
    {
        Spec = spec;
        Layout = RecordLayout.Of(spec);
        _epochs = epochs;
        _now = now;
    }

    public StateSpec Spec { get; }

    public RecordLayout Layout { get; }

    /// <summary>The open panes, in ascending order.</summary>
    public IReadOnlyList<long> Open => _panes;

    /// <summary>The table of a pane, created if absent.</summary>
    public ValueTable this[long pane]
    {
        get
        {
            int at = _panes.BinarySearch(pane);
            if (at >= 0) return _tables[at];

            // Windows of one query are alike: a new one starts at the size of the one before it or of the last that ended, and need not grow into it.
            var before = ~at > 0 ? _tables[~at - 1] : null;
            long expected = Math.Max(_expected, before?.Count ?? 0);
            bool dense = _dense || before is { IsDense: true };
            if (_spare.TryPop(out var table)) table.Reopen(expected, dense);
            else table = new ValueTable(Spec, _epochs, _now, expected, dense);
            _panes.Insert(~at, pane);
            _tables.Insert(~at, table);
            return table;
        }
    }

    public bool TryGet(long pane, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ValueTable? table)
    {
        int at = _panes.BinarySearch(pane);
        table = at >= 0 ? _tables[at] : null;
        return at >= 0;
    }

    /// <summary>Gives the pane's memory back; nothing happens when it is not open.</summary>
    public void Drop(long pane)
    {
        int at = _panes.BinarySearch(pane);
        if (at < 0) return;
        (_expected, _dense) = (_tables[at].Count, _tables[at].IsDense);
        _tables[at].Free();
        _spare.Push(_tables[at]);
        _panes.RemoveAt(at);
        _tables.RemoveAt(at);
    }

    internal IEnumerable<(long Pane, ValueTable Table)> Tables => _panes.Select((p, i) => (p, _tables[i]));

    internal void Free()
    {
        foreach (var t in _tables) t.Free();
        _tables.Clear();
        _panes.Clear();
    }
}
