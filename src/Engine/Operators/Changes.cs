using OrleansStream.Columns;
using OrleansStream.Engine.Flow;

namespace OrleansStream.Engine.Operators;

/// <summary>
/// Changes of an updating operator for one step: rows as they were and as they are, and which of them are deletes, updates and inserts. Leaves over several calls
/// when the output is full: deletes, then updates (old rows before their new ones), then inserts.
/// </summary>
internal sealed class Changes(Schema schema, bool kinds, bool updateBefore)
{
    private readonly int[] _deletes = new int[Batch.MaxRows];
    private readonly int[] _updatesBefore = new int[Batch.MaxRows];
    private readonly int[] _updatesAfter = new int[Batch.MaxRows];
    private readonly int[] _inserts = new int[Batch.MaxRows];
    private int _deleteCount;
    private int _updateCount;
    private int _insertCount;
    private int _at;
    private int _stage = 3;
    private Batch _old = null!;
    private Batch _new = null!;

    /// <summary>Rows as they were before the step.</summary>
    public BatchBuilder Before { get; } = new(schema);

    /// <summary>Rows as they are after it.</summary>
    public BatchBuilder After { get; } = new(schema);

    /// <summary>Whether rows are still to leave.</summary>
    public bool Pending => _stage < 3;

    public void Clear()
    {
        Before.Reset();
        After.Reset();
        (_deleteCount, _updateCount, _insertCount) = (0, 0, 0);
    }

    public void Delete(int before) => _deletes[_deleteCount++] = before;

    public void Insert(int after) => _inserts[_insertCount++] = after;

    public void Update(int before, int after)
    {
        _updatesBefore[_updateCount] = before;
        _updatesAfter[_updateCount++] = after;
    }

    /// <summary>Drops updates that change nothing in columns from <paramref name="first"/> on.</summary>
    public void DropUnchanged(int first)
    {
        Span<ulong> differ = stackalloc ulong[Bitmap.WordsFor(Batch.MaxRows)];
        differ.Clear();
        var (old, now) = (Before.Borrow(), After.Borrow());
        for (int c = first; c < schema.Count; c++)
            MarkDifferent(old.Columns[c], _updatesBefore.AsSpan(0, _updateCount), now.Columns[c], _updatesAfter.AsSpan(0, _updateCount), differ);
        int kept = 0;
        for (int i = 0; i < _updateCount; i++)
        {
            _updatesBefore[kept] = _updatesBefore[i];
            _updatesAfter[kept] = _updatesAfter[i];
            kept += Bitmap.Get(differ, i) ? 1 : 0;
        }

        _updateCount = kept;
    }

    /// <summary>Starts giving out the changes collected since <see cref="Clear"/>.</summary>
    public void Begin(Output o)
    {
        (_old, _new) = (Before.Borrow(), After.Borrow());
        (_stage, _at) = (0, 0);
        Emit(o);
    }

    public void Emit(Output o)
    {
        var builder = o.Builder();
        while (_stage < 3)
        {
            int count = _stage switch { 0 => _deleteCount, 1 => _updateCount, _ => _insertCount };
            int perChange = _stage == 1 && updateBefore ? 2 : 1;
            int n = Math.Min(count - _at, (o.BatchSize - builder.Count) / perChange);
            if (n == 0 && _at < count && builder.Count == 0) n = 1;
            if (n > 0)
            {
                if (_stage == 0) Append(builder, _old, _deletes.AsSpan(_at, n), RowKind.Delete);
                else if (_stage == 2) Append(builder, _new, _inserts.AsSpan(_at, n), RowKind.Insert);
                else
                {
                    if (updateBefore) Append(builder, _old, _updatesBefore.AsSpan(_at, n), RowKind.UpdateBefore);

                    // Batches of one row: the pair does not fit, and its halves leave one by one.
                    if (builder.Count >= o.BatchSize) builder = o.Emit();
                    Append(builder, _new, _updatesAfter.AsSpan(_at, n), RowKind.UpdateAfter);
                }

                _at += n;
            }

            if (_at == count)
            {
                _stage++;
                _at = 0;
                if (builder.Count < o.BatchSize) continue;
            }

            builder = o.Emit();
            if (o.Full) return;
        }
    }

    private void Append(BatchBuilder to, Batch from, ReadOnlySpan<int> rows, RowKind kind)
    {
        for (int c = 0; c < schema.Count; c++) to.Columns[c].Gather(from.Columns[c], rows);
        if (kinds && to.HasKinds) to.AppendKinds(rows.Length).Fill((byte)kind);
        to.Advance(rows.Length);
    }

    private static void MarkDifferent(Column a, ReadOnlySpan<int> rowsA, Column b, ReadOnlySpan<int> rowsB, Span<ulong> differ)
    {
        for (int i = 0; i < rowsA.Length; i++)
        {
            if (!CellEquality.Same(a, rowsA[i], b, rowsB[i])) Bitmap.Set(differ, i);
        }
    }
}
