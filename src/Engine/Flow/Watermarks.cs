using OrleansStream.Columns;
using OrleansStream.Engine.Connect;

namespace OrleansStream.Engine.Flow;

/// <summary>A row without event time: the plan declares the column as time attribute, so the job fails.</summary>
public sealed class NullRowtimeException(string column) : Exception($"{Code}: time attribute '{column}' is NULL in a row")
{
    public const string Code = "OS5005";
}

/// <summary>
/// Watermarks of one split, as Flink's assigner makes them: the running maximum of the generated values, from 0 on (time before 1970 makes none); a mark after each row
/// that raises it by more than the interval over the last mark.
/// </summary>
public sealed class SplitWatermark(long intervalMs, long maximum, long lastMark)
{
    /// <summary>Running maximum of generated values.</summary>
    public long Maximum { get; private set; } = Math.Max(0, maximum);

    /// <summary>The last mark made; 0 = none yet.</summary>
    public long LastMark { get; private set; } = Math.Max(0, lastMark);

    /// <summary>Goes over the rows of a batch and adds (rows before, watermark) for each mark.</summary>
    /// <param name="generated">the watermark expression's value by position (ms); NULL = none.</param>
    /// <param name="rows">positions that count, ascending.</param>
    /// <param name="to">receives the marks.</param>
    public void Over(FixedColumn<long> generated, ReadOnlySpan<int> rows, Marks to)
    {
        var values = generated.Values;
        var nulls = generated.Nulls;
        long maximum = Maximum;
        long due = LastMark + intervalMs;
        if (LastMark > long.MaxValue - intervalMs) due = long.MaxValue;
        foreach (int r in rows)
        {
            long v = values[r];
            if (v <= maximum || nulls[r]) continue;
            maximum = v;
            if (v <= due) continue;
            to.Add(r + 1, v);
            LastMark = v;
            due = v + intervalMs;
        }

        Maximum = maximum;
    }

    /// <summary>A split that has nothing more to read just now says all it knows. True = <see cref="LastMark"/> rose.</summary>
    public bool CatchUp()
    {
        if (Maximum <= LastMark) return false;
        LastMark = Maximum;
        return true;
    }

    /// <summary>The time attribute may not be NULL in rows that count.</summary>
    /// <exception cref="NullRowtimeException">it is.</exception>
    public static void CheckRowtime(Batch batch, int column)
    {
        var nulls = batch.Columns[column].Nulls;
        if (!nulls.Any) return;
        for (int r = 0; r < batch.Length; r++) if (nulls[r]) throw new NullRowtimeException(batch.Schema[column].Name);
    }
}
