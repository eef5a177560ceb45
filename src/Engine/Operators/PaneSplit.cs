using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using OrleansStream.Columns;

namespace OrleansStream.Engine.Operators;

/// <summary>
/// Splits the rows of a batch by lateness and by pane: the interval [start, start + size) of event time (ms) that a row falls into, start = offset modulo size.
/// A row is late when the watermark in force at its position has passed the last millisecond of the last window that holds its pane. Normally no row is late and
/// all rows are in one pane, which two comparisons show.
/// </summary>
/// <param name="size">of a pane, ms.</param>
/// <param name="offset">ms.</param>
/// <param name="anchor">windows begin at multiples of this (plus offset).</param>
/// <param name="span">from the last window start at or before a pane to the end of the last window that holds it.</param>
/// <param name="redirect">a row of a pane that has left, but is not late, goes into the first pane that has not.</param>
internal sealed class PaneSplit(long size, long offset, long anchor, long span, bool redirect)
{
    /// <summary>Panes that are windows.</summary>
    public PaneSplit(long size, long offset) : this(size, offset, size, size, false)
    {
    }

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

    /// <summary>The marks of the batch to be split; null = none.</summary>
    public Marks? Marks { private get; set; }

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
    public long StartOf(long time) => Floor(time, size);

    /// <summary>The last multiple of <paramref name="unit"/>, plus offset, at or before <paramref name="time"/>.</summary>
    public long Floor(long time, long unit)
    {
        long rest = (time - offset) % unit;
        return time - (rest < 0 ? rest + unit : rest);
    }

    /// <param name="batch">its selection counts.</param>
    /// <param name="times">event time of each row, ms.</param>
    /// <param name="watermark">the watermark in force before the first mark.</param>
    public void Split(Batch batch, ReadOnlySpan<long> times, long watermark) => Split(batch, times, watermark, 0, long.MaxValue, out _);

    /// <summary>
    /// As above, from the selected row number <paramref name="from"/> on, up to (not including) a row that is not late, but whose pane has been passed by a mark
    /// behind <paramref name="fired"/>: windows must fire up to that mark first.
    /// </summary>
    /// <param name="fired">watermark up to which windows have fired.</param>
    /// <param name="inForce">the mark at the row where it stopped.</param>
    /// <returns>number of the row where it stopped; the number of selected rows at the end.</returns>
    public int Split(Batch batch, ReadOnlySpan<long> times, long watermark, int from, long fired, out long inForce)
    {
        _lateCount = 0;
        _single = null;
        Count = 0;
        inForce = watermark;
        var selected = (batch.Selection is { } s ? s.Rows : AllRows.AsSpan(0, batch.Length))[from..];
        if (selected.IsEmpty) return from;
        long highest = Marks is { Count: > 0 } m ? Math.Max(watermark, m.Last) : watermark;
        var (first, last) = Range(batch, times, selected);
        long pane = StartOf(first);
        if (from == 0 && last - pane < size && pane + size - 1 > highest)
        {
            (_single, _selection, _singleCount) = (AllRows, batch.Selection, batch.Length);
            _panes[0] = pane;
            Count = 1;
            return selected.Length;
        }

        int taken = Rows(times, selected, watermark, fired, out inForce);
        Group();
        return from + taken;
    }

    private static (long First, long Last) Range(Batch batch, ReadOnlySpan<long> times, ReadOnlySpan<int> selected)
    {
        long min = long.MaxValue, max = long.MinValue;
        if (selected.Length < times.Length)
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
    private int Rows(ReadOnlySpan<long> times, ReadOnlySpan<int> selected, long watermark, long fired, out long inForce)
    {
        var markRows = Marks is { } m ? m.Rows : default;
        var marks = Marks is { } w ? w.Watermarks : default;
        long start = long.MinValue, lastEnd = 0;
        ulong width = 0;
        int mark = 0, n = 0, pane = -1, taken = 0;
        inForce = watermark;
        _scatter = false;
        for (; taken < selected.Length; taken++)
        {
            int r = selected[taken];
            while (mark < markRows.Length && markRows[mark] <= r) inForce = marks[mark++];
            long t = times[r];
            if ((ulong)(t - start) >= width)
            {
                start = StartOf(t);
                lastEnd = Floor(start, anchor) + span;
                width = (ulong)size;
                pane = -1;
            }

            if (lastEnd - 1 <= inForce)
            {
                _late[_lateCount++] = r;
                continue;
            }

            int into = pane;
            if (start + size - 1 <= inForce)
            {
                if (inForce > fired) break;
                into = redirect ? IndexOf(StartOf(fired + 1)) : pane;
            }

            if (into < 0) into = pane = IndexOf(start);
            _scatter |= n > 0 && _paneOfRow[n - 1] > into;
            _paneOfRow[n] = into;
            _rows[n++] = r;
            _ends[into]++;
        }

        _singleCount = n;
        return taken;
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
