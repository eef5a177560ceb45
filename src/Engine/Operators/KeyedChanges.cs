using OrleansStream.Columns;
using OrleansStream.Engine.Flow;

namespace OrleansStream.Engine.Operators;

/// <summary>
/// The loop of an operator of one input that keeps one row a key up to date: a step is the whole batch or, when each change is to be seen, one row; the changes of a step
/// leave before the next one.
/// </summary>
public abstract class KeyedChanges(int[] keys) : Operator
{
    private static readonly int[] AllRows = [.. Enumerable.Range(0, Batch.MaxRows)];

    private readonly ulong[] _hashes = new ulong[Batch.MaxRows];
    private Changes _changes = null!;
    private bool _each;
    private Batch? _batch;
    private int _next;

    // Rows have no time of their own: a watermark passes when the rows before it are in.
    public override bool TakesMarks => true;

    public override bool StartsSegment => true;

    private protected Changes Changes => _changes;

    /// <summary>Called by <see cref="Operator.Open"/>.</summary>
    /// <param name="before">whether the old row is sent before the new one.</param>
    private protected void Start(OperatorContext c, Schema output, bool before)
    {
        _each = c.EmitEach;
        _changes = new Changes(output, EmitsKinds, before);
    }

    public override void OnBatch(int port, Batch input, Output o)
    {
        (_batch, _next) = (input, 0);
        Go(o);
    }

    public override bool Resume(Output o)
    {
        if (_changes.Pending) _changes.Emit(o);
        if (_batch is not null && !_changes.Pending) Go(o);
        return _batch is not null || _changes.Pending;
    }

    /// <summary>Takes these rows in and collects their changes.</summary>
    /// <param name="hashes">of the keys, by position in the batch.</param>
    private protected abstract void Step(Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<ulong> hashes);

    /// <summary>The changes of the last step are out: what they were read from may go.</summary>
    private protected virtual void Retire()
    {
    }

    private void Go(Output o)
    {
        var rows = _batch!.Selection is { } s ? s.Rows : AllRows.AsSpan(0, _batch.Length);
        var hashes = KeyHashes.Of(_batch, keys, _hashes);
        while (_next < rows.Length)
        {
            Retire();
            int n = _each ? 1 : rows.Length - _next;
            _changes.Clear();
            Step(_batch, rows.Slice(_next, n), hashes);
            _next += n;
            _changes.Begin(o);
            if (_changes.Pending) return;
        }

        Retire();
        _batch = null;
    }
}
