using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Operators;

// DISTINCT in windows: what was seen belongs to a pane.
internal sealed partial class Accumulators
{
    private readonly List<PaneDistinct> _ofPanes = [];

    /// <summary>The tables that <see cref="BindPanes"/> declares.</summary>
    public static IEnumerable<StateSpec> PaneTables(ImmutableArray<AggregateCall> calls, Schema key) =>
        calls.Select((c, i) => (Call: c, Index: i)).Where(c => c.Call.Distinct).Select(c => PaneDistinct.State($"distinct{c.Index}", c.Call, key));

    /// <summary>Declares what DISTINCT calls have seen, pane by pane; before <see cref="Bind"/>.</summary>
    public void BindPanes(OperatorState state, Schema key, int[] keys)
    {
        for (int i = 0; i < _each.Length; i++)
        {
            var call = _each[i].Call;
            if (!call.Distinct) continue;
            NeedHashes = true;
            var seen = new PaneDistinct(call, state.Panes(PaneDistinct.State($"distinct{i}", call, key)), keys);
            _distinct[i] = seen;
            _ofPanes.Add(seen);
        }
    }

    /// <summary>Starts on a batch whose rows come pane by pane.</summary>
    /// <param name="hashes">of the keys, by position.</param>
    public void BeginPanes(Batch batch, ReadOnlySpan<ulong> hashes)
    {
        foreach (var d in _ofPanes) d.Begin(batch, hashes);
    }

    /// <summary>The pane of the rows that <see cref="Apply"/> gets from now on.</summary>
    public void EnterPane(long pane)
    {
        foreach (var d in _ofPanes) d.Enter(pane);
    }

    /// <summary>Forgets what was seen in a pane.</summary>
    public void DropPane(long pane)
    {
        foreach (var d in _ofPanes) d.Drop(pane);
    }
}
