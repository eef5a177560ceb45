using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using OrleansStream.Columns;

namespace OrleansStream.Engine.Operators;

/// <summary>
/// Splits the rows of a batch by lateness and by pane: the interval [start, start + size) of event time (ms) that a row falls into, start = offset modulo size.
/// A row is late when the watermark in force at its position has passed the last millisecond of its pane. Normally no row is late and all rows are in one pane,
/// which two comparisons show.
/// </summary>
internal sealed class PaneSplit(long size, long offset)
{
    private static readonly int[] AllRows = [.. Enumerable.Range(0, Batch.MaxRows)];

    private readonly int[] _late = new int[Batch.MaxRows];
    private readonly int[] _rows = new int[Batch.MaxRows];
    private readonly int[] _scattered = new int[Batch.MaxRows];
    private readonly int[] _paneOfRow = new int[Batch.MaxRows];
    private long[] _panes = new long[16];
    private int[] _ends = new int[16];
    private int _lateCount;
    private bool _scatter;
    private int[]? _single;
    private Selection? _selection;
    private int _singleCount;

    /// <summary>Size of a pane, ms.</summary>
    public long Size => size;

    /// <summary>Panes that rows of the batch fall into, late rows apart; in the order of their first rows.</summary>
    public int Count { get; private set; }

    /// <summary>Rows that are late, in order.</summary>
    public ReadOnlySpan<int> Late => _late.AsSpan(0, _lateCount);

    /// <summary>Start of pane <paramref name="i"/>.</summary>
    public long Pane(int i) => _panes[i];

    /// <summary>Rows of pane <paramref name="i"/>, in order.</summary>
    public ReadOnlySpan<int> Rows(int i)
    {
        if (_single is not null) return _selection is null ? _single.AsSpan(0, _singleCount) : _selection.Rows;
        int start = i == 0 ? 0 : _ends[i - 1];
        return (_scatter ? _scattered : _rows).AsSpan(start, _ends[i] - start);
    }

    /// <summary>Start of the pane that holds <paramref name="time"/>.</summary>
    public long StartOf(long time)
    {
        long rest = (time - offset) % size;
        return time - (rest < 0 ? rest + size : rest);
    }

    /// <param name="batch">its marks and selection count.</param>
    /// <param name="times">event time of each row, ms.</param>
    /// <param name="watermark">the watermark in force before the first mark.</param>
    public void Split(Batch batch, ReadOnlySpan<long> times, long watermark)
    {
        _lateCount = 0;
        _single = null;
        Count = 0;
        var selected = batch.Selection is { } s ? s.Rows : AllRows.AsSpan(0, batch.Length);
        if (selected.IsEmpty) return;
        long highest = batch.Marks is { Count: > 0 } m ? Math.Max(watermark, m.Last) : watermark;
        var (first, last) = Range(batch, times, selected);
        long pane = StartOf(first);
        if (last - pane < size && pane + size - 1 > highest)
        {
            (_single, _selection, _singleCount) = (AllRows, batch.Selection, batch.Length);
            _panes[0] = pane;
            Count = 1;
            return;
        }

        Rows(batch, times, selected, watermark);
        Group();
    }

    private static (long First, long Last) Range(Batch batch, ReadOnlySpan<long> times, ReadOnlySpan<int> selected)
    {
        long min = long.MaxValue, max = long.MinValue;
        if (batch.Selection is not null)
        {
            foreach (int r in selected)
            {
                long t = times[r];
                min = Math.Min(min, t);
                max = Math.Max(max, t);
            }

            return (min, max);
        }

        int i = 0;
        if (Vector256.IsHardwareAccelerated && times.Length >= 8)
        {
            ref long t = ref MemoryMarshal.GetReference(times);
            var low = Vector256.LoadUnsafe(ref t);
            var high = low;
            for (i = 4; i + 4 <= times.Length; i += 4)
            {
                var v = Vector256.LoadUnsafe(ref t, (nuint)i);
                low = Vector256.Min(low, v);
                high = Vector256.Max(high, v);
            }

            for (int lane = 0; lane < 4; lane++)
            {
                min = Math.Min(min, low[lane]);
                max = Math.Max(max, high[lane]);
            }
        }

        for (; i < times.Length; i++)
        {
            min = Math.Min(min, times[i]);
            max = Math.Max(max, times[i]);
        }

        return (min, max);
    }

    // Rows mostly come in the order of time: the pane of the row before, then the newest ones, are tried first.
    private void Rows(Batch batch, ReadOnlySpan<long> times, ReadOnlySpan<int> selected, long watermark)
    {
        var markRows = batch.Marks is { } m ? m.Rows : default;
        var marks = batch.Marks is { } w ? w.Watermarks : default;
        long inForce = watermark, start = long.MinValue;
        ulong width = 0;
        int mark = 0, n = 0, pane = -1;
        _scatter = false;
        foreach (int r in selected)
        {
            while (mark < markRows.Length && markRows[mark] <= r) inForce = marks[mark++];
            long t = times[r];
            if ((ulong)(t - start) >= width)
            {
                start = StartOf(t);
                width = (ulong)size;
                pane = -1;
            }

            if (start + size - 1 <= inForce)
            {
                _late[_lateCount++] = r;
                continue;
            }

            if (pane < 0) pane = IndexOf(start);
            _scatter |= n > 0 && _paneOfRow[n - 1] > pane;
            _paneOfRow[n] = pane;
            _rows[n++] = r;
            _ends[pane]++;
        }

        _singleCount = n;
    }

    private int IndexOf(long start)
    {
        for (int i = Count - 1; i >= 0; i--) if (_panes[i] == start) return i;
        if (Count == _panes.Length)
        {
            Array.Resize(ref _panes, Count * 2);
            Array.Resize(ref _ends, Count * 2);
        }

        _panes[Count] = start;
        _ends[Count] = 0;
        return Count++;
    }

    // From counts to ends; rows that do not lie pane after pane already are scattered to their places, in order.
    private void Group()
    {
        int at = 0;
        for (int i = 0; i < Count; i++)
        {
            int count = _ends[i];
            _ends[i] = _scatter ? at : at + count;
            at += count;
        }

        if (!_scatter) return;
        for (int i = 0; i < _singleCount; i++) _scattered[_ends[_paneOfRow[i]]++] = _rows[i];
    }
}
