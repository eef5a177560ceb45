using OrleansStream.Columns;

namespace OrleansStream.Engine.Flow;

/// <summary>
/// A port of a node: where batches arrive, and their time. It shows the operator a batch in the form that it takes: whole with the marks of the node's combined
/// watermark, or cut at each mark.
/// </summary>
internal sealed class Port : Target
{
    private readonly bool _takesMarks;
    private readonly bool _copies;
    private readonly bool _queued;
    private readonly Schema _schema;
    private readonly Batch _shell;
    private readonly Batch _cutShell;
    private readonly Batch _view;
    private readonly Selection _cut = new();
    private readonly Marks _marks = new();
    private LentPool? _plain;
    private LentPool? _kinds;
    private int _mark;
    private int _row;
    private int _selected;
    private bool _toldLast;
    private long _last;

    /// <param name="stays">batches that arrive stay as they are until the whole chain is quiet: the queue may hold them as they are.</param>
    public Port(int index, Schema schema, Operator op, bool stays)
    {
        Index = index;
        _schema = schema;
        _takesMarks = op.TakesMarks;
        _queued = op.StartsSegment;
        _copies = _queued && !stays;
        _shell = new Batch(schema, new Column[schema.Count]);
        _cutShell = new Batch(schema, new Column[schema.Count]);
        _view = Batch.CreateView(schema);
    }

    public ChainNode Node { get; set; } = null!;

    public int Index { get; }

    public long Watermark { get; set; } = long.MinValue;

    public bool Idle { get; set; }

    public bool Ended { get; set; }

    /// <summary>The batch in hand, uncut.</summary>
    public Batch Whole => _shell;

    public override bool Full => _queued ? !Node.Quiet : Node.Full;

    public override void Deliver(Batch batch, Lent? lent, LentPool? pool)
    {
        if (!_copies || lent is not null)
        {
            if (_queued && lent is not null) lent.Holders++;
            Node.Take(new ChainNode.Item(ChainNode.ItemKind.Batch, Index, batch, _queued ? lent : null, pool, 0), _queued);
            return;
        }

        var copies = batch.HasKinds ? _kinds ??= new LentPool(_schema, true) : _plain ??= new LentPool(_schema, false);
        var copy = copies.Take();
        copy.Holders = 1;
        copy.Builder.Append(batch);
        var shown = copy.Builder.Borrow();
        shown.Marks = batch.Marks is { Count: > 0 } marks ? Moved(marks, batch.Selection, copy.Marks) : null;
        Node.Take(new ChainNode.Item(ChainNode.ItemKind.Batch, Index, shown, copy, copies, 0), true);
    }

    public override void OnWatermark(long watermark) => Give(ChainNode.ItemKind.Watermark, watermark);

    public override void OnIdle(bool idle) => Give(ChainNode.ItemKind.Idle, idle ? 1 : 0);

    public override void OnEnd() => Give(ChainNode.ItemKind.End, 0);

    /// <summary>Starts on a batch: its combined marks, and a shell of its own, since others may hold the same batch.</summary>
    public void Open(Batch batch, ChainNode node)
    {
        _shell.Share(batch);
        _marks.Clear();
        if (batch.Marks is { Count: > 0 } marks)
        {
            long others = long.MaxValue;
            foreach (var p in node.Ports) if (p != this && !p.Idle && !p.Ended) others = Math.Min(others, p.Watermark);
            for (int i = 0; i < marks.Count; i++)
            {
                long combined = Math.Min(marks.Watermarks[i], others);
                if (combined > node.Told) _marks.Add(marks.Rows[i], combined);
            }

            _last = marks.Last;
        }
        else _last = long.MinValue;

        _shell.Marks = _takesMarks && _marks.Count > 0 ? _marks : null;
        (_mark, _row, _selected, _toldLast) = (0, 0, 0, false);
    }

    /// <summary>The next piece for OnBatch, or (piece null) the port's next watermark; false = done.</summary>
    public bool NextCall(out Batch? piece, out long watermark)
    {
        piece = null;
        watermark = _last;
        if (_takesMarks || _marks.Count == 0)
        {
            if (_row == 0)
            {
                _row = _shell.Length;
                piece = _shell;
                return true;
            }
        }
        else
        {
            while (_row < _shell.Length || _mark < _marks.Count)
            {
                int end = _mark < _marks.Count ? _marks.Rows[_mark] : _shell.Length;
                if (_row < end)
                {
                    piece = Cut(_row, end);
                    _row = end;
                    if (piece is not null) return true;
                }

                if (_mark < _marks.Count)
                {
                    // The port's own watermark lies at or above the combined one; the others hold it back, so this raises it to exactly that.
                    watermark = _marks.Watermarks[_mark++];
                    return true;
                }
            }
        }

        if (_toldLast || _last == long.MinValue) return false;
        _toldLast = true;
        return true;
    }

    private void Give(ChainNode.ItemKind kind, long value) => Node.Take(new ChainNode.Item(kind, Index, null, null, null, value), _queued);

    // Marks of a batch whose selected rows were copied: positions count selected rows only.
    private static Marks Moved(Marks from, Selection? selection, Marks to)
    {
        to.Clear();
        int at = 0;
        for (int i = 0; i < from.Count; i++)
        {
            int row = from.Rows[i];
            if (selection is not null) while (at < selection.Count && selection.Rows[at] < row) at++;
            to.Add(selection is null ? row : at, from.Watermarks[i]);
        }

        return to;
    }

    // Rows [from, to) that count; null = none does.
    private Batch? Cut(int from, int to)
    {
        if (_shell.Selection is null)
        {
            _view.ViewOf(_shell, from, to - from);
            return _view;
        }

        var rows = _shell.Selection.Rows;
        int first = _selected;
        while (_selected < rows.Length && rows[_selected] < to) _selected++;
        if (_selected == first) return null;
        rows[first.._selected].CopyTo(_cut.Writable(_selected - first));
        _cut.SetCount(_selected - first);
        _cutShell.Share(_shell);
        _cutShell.Selection = _cut;
        return _cutShell;
    }
}
