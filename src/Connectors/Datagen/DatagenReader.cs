using System.Globalization;
using OrleansStream.Columns;
using OrleansStream.Engine.Connect;

namespace OrleansStream.Connectors.Datagen;

/// <summary>
/// Rows s, s + S, s + 2S, … of the table, as split s of S, no faster than the split's share of the rate. A position is a count of the split's rows.
/// </summary>
internal sealed class DatagenReader(DatagenColumn[] columns, long rows, long rowsPerSecond, ulong seed) : IComputedReader
{
    private long _split, _splits = 1, _at, _end;

    // Rows are counted from here, so that a pause is not made up for by a burst of more than a second.
    private long _sinceMs = long.MinValue, _since;

    public SplitPosition Position => new(_at);

    public bool Ended => _at >= _end;

    public long NextDueMs { get; private set; }

    public ValueTask OpenAsync(Split split, SplitPosition position, CancellationToken cancel)
    {
        var parts = split.Spec.Split('/');
        _split = long.Parse(parts[0], CultureInfo.InvariantCulture);
        _splits = long.Parse(parts[1], CultureInfo.InvariantCulture);
        _end = (rows / _splits) + (_split < rows % _splits ? 1 : 0);
        _at = Math.Min(position.Offset, _end);
        _sinceMs = long.MinValue;
        return default;
    }

    public int Fill(BatchBuilder to, int maxRows, long nowMs)
    {
        if (_sinceMs == long.MinValue) (_sinceMs, _since) = (nowMs, _at);
        double perMs = rowsPerSecond / 1000.0 / _splits;
        long due = _since + (long)Math.Ceiling((nowMs - _sinceMs + 1) * perMs);
        if (due - _at > Math.Max(perMs * 1000, 1) && nowMs - _sinceMs > 1000)
        {
            (_sinceMs, _since) = (nowMs - 1000, _at);
            due = _since + (long)Math.Ceiling(1001 * perMs);
        }

        int count = (int)Math.Min(Math.Min(maxRows, due - _at), _end - _at);
        if (count <= 0)
        {
            NextDueMs = _sinceMs + (long)Math.Floor((_at - _since) / perMs);
            return 0;
        }

        for (int c = 0; c < columns.Length; c++) columns[c].Fill(to.Columns[c], seed, (_at * _splits) + _split, _splits, count);
        to.Advance(count);
        _at += count;
        return count;
    }

    public ValueTask DisposeAsync() => default;
}
