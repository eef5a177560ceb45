using OrleansStream.Columns;

namespace OrleansStream.Engine.Expressions;

/// <summary>What expressions may depend on beside the row.</summary>
/// <param name="TimeZone">session time zone (<c>table.local-time-zone</c>).</param>
/// <param name="ProcessingTime">ms since 1970 UTC of the batch in progress; asked once a batch.</param>
public sealed record EvaluationContext(TimeZoneInfo TimeZone, Func<long> ProcessingTime)
{
    /// <summary>UTC, and a clock that stands at <paramref name="processingTime"/>.</summary>
    public static EvaluationContext At(long processingTime) => new(TimeZoneInfo.Utc, () => processingTime);
}

/// <summary>A value cannot be computed (division by zero, a text that is no number …): the job fails with this message.</summary>
public sealed class EvaluationException(string message) : Exception(message);

/// <summary>The batch in progress, shared by the nodes of one evaluator, and the sets of rows into which CASE and its kin split it.</summary>
public sealed class Evaluation(EvaluationContext context)
{
    private int[] _parents = new int[64];
    private int _sets;
    private bool _timeKnown;
    private long _time;

    public EvaluationContext Context { get; } = context;

    public Batch Batch { get; private set; } = null!;

    /// <summary>Grows with every batch: a result remembered under another number is stale.</summary>
    public long Number { get; private set; }

    /// <summary>Processing time of the batch: the same for all its rows and expressions.</summary>
    public long ProcessingTime
    {
        get
        {
            if (!_timeKnown) (_time, _timeKnown) = (Context.ProcessingTime(), true);
            return _time;
        }
    }

    /// <summary>Starts on a batch; gives its rows that count.</summary>
    public Rows Begin(Batch batch)
    {
        if (batch.Length > Batch.MaxRows) throw new InvalidOperationException($"{batch.Length} rows: expressions take batches of at most {Batch.MaxRows}");
        Batch = batch;
        Number++;
        _sets = 1;
        _timeKnown = false;
        return batch.Selection is { } s && s.Count < batch.Length ? new Rows(batch.Length, s.Rows, false, 0) : new Rows(batch.Length, default, true, 0);
    }

    /// <summary>A part of <paramref name="rows"/>.</summary>
    public Rows Narrow(scoped in Rows rows, Selection part)
    {
        if (part.Count == rows.Count) return rows;
        if (_sets == _parents.Length) Array.Resize(ref _parents, _sets * 2);
        _parents[_sets] = rows.Set;
        return new Rows(rows.Length, part.Rows, false, _sets++);
    }

    /// <summary>Whether set <paramref name="outer"/> contains set <paramref name="inner"/> because it was narrowed from it.</summary>
    public bool Contains(int outer, int inner)
    {
        while (inner != outer && inner != 0) inner = _parents[inner];
        return inner == outer;
    }
}
