using OrleansStream.Columns;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Operators;

/// <summary>Looks a batch's rows up among the kept rows of the other side, slice by slice: gives candidates whose times lie in the interval.</summary>
internal sealed class IntervalProbe
{
    private readonly int[] _rows = new int[Batch.MaxRows];
    private readonly int[] _without = new int[Batch.MaxRows];
    private readonly long[] _watermarks = new long[Batch.MaxRows];
    private readonly bool[] _matched = new bool[Batch.MaxRows];
    private readonly int[] _inSlice = new int[Batch.MaxRows];
    private readonly nint[] _found = new nint[Batch.MaxRows];
    private readonly int[] _pairRows = new int[Batch.MaxRows];
    private readonly nint[] _pairRecords = new nint[Batch.MaxRows];
    private Batch _batch = null!;
    private IntervalSide _own = null!;
    private IntervalSide _other = null!;
    private int _count;
    private int _withoutCount;
    private bool _marked;
    private long _watermark;
    private int _slice;
    private int _sliceRows;
    private int _next;
    private nint _partner;

    /// <summary>The other side's table of the last candidates.</summary>
    public LogTable Table { get; private set; } = null!;

    /// <summary>Rows of the batch that have a key, in order.</summary>
    public ReadOnlySpan<int> WithKey => _rows.AsSpan(0, _count);

    /// <summary>Rows with a NULL in their key, if they matter.</summary>
    public ReadOnlySpan<int> WithoutKey => _without.AsSpan(0, _withoutCount);

    public ReadOnlySpan<int> Rows(int n) => _pairRows.AsSpan(0, n);

    public ReadOnlySpan<nint> Partners(int n) => _pairRecords.AsSpan(0, n);

    public bool IsMatched(int row) => _matched[row];

    /// <summary>The watermark in force at a row.</summary>
    public long WatermarkAt(int row) => _marked ? _watermarks[row] : _watermark;

    /// <exception cref="Flow.NullRowtimeException">a row without event time.</exception>
    public void Begin(Batch batch, IntervalSide own, IntervalSide other, long watermark)
    {
        (_batch, _own, _other, _watermark) = (batch, own, other, watermark);
        int all = own.Columns.Rows(batch, withKeys: false, _rows);
        var nulls = batch.Columns[own.Time].Nulls;
        if (nulls.Any) foreach (int row in _rows.AsSpan(0, all)) if (nulls[row]) throw new Flow.NullRowtimeException(batch.Schema[own.Time].Name);
        Marks(batch);
        _withoutCount = 0;
        if (own.Keeps) Without(batch, all);
        _count = own.Columns.WithKeys(batch, _rows, all);
        foreach (int row in WithKey) _matched[row] = false;
        (_slice, _sliceRows, _next) = (-1, 0, 0);
    }

    /// <summary>The next candidates, all of one slice; 0 = no more.</summary>
    public int Collect(int room)
    {
        var times = ((FixedColumn<long>)_batch.Columns[_own.Time]).Values;
        while (true)
        {
            int n = 0;
            while (_next < _sliceRows)
            {
                int row = _inSlice[_next];
                long from = _own.First(times[row]), to = _own.Last(times[row]), watermark = WatermarkAt(row);
                for (; _partner != 0; _partner = Table.Next(_partner))
                {
                    long time = _other.TimeOf(_partner);
                    if (time < from || time > to || !_other.IsLive(time, watermark)) continue;
                    if (n == room) return n;
                    (_pairRows[n], _pairRecords[n++]) = (row, _partner);
                }

                if (++_next < _sliceRows) _partner = _found[_next];
            }

            if (n > 0) return n;
            if (!NextSlice(times)) return 0;
        }
    }

    /// <summary>Keeps the candidates of the given numbers; gives how many.</summary>
    public int Keep(ReadOnlySpan<int> numbers)
    {
        for (int i = 0; i < numbers.Length; i++) (_pairRows[i], _pairRecords[i]) = (_pairRows[numbers[i]], _pairRecords[numbers[i]]);
        return numbers.Length;
    }

    /// <summary>The first n candidates are pairs.</summary>
    public void Match(int n)
    {
        for (int i = 0; i < n; i++)
        {
            _matched[_pairRows[i]] = true;
            _other.SetMatched(Table, _pairRecords[i]);
        }
    }

    private bool NextSlice(ReadOnlySpan<long> times)
    {
        while (++_slice < _other.Panes.Open.Count)
        {
            long first = _other.Panes.Open[_slice], last = first + _other.Slice - 1;
            _sliceRows = 0;
            foreach (int row in WithKey)
                if (_own.First(times[row]) <= last && _own.Last(times[row]) >= first) _inSlice[_sliceRows++] = row;
            if (_sliceRows == 0) continue;
            Table = _other.Panes.Tables[_slice];
            Table.First(_batch, _own.Columns.Keys, _inSlice.AsSpan(0, _sliceRows), _own.Hashes.Of(_batch), _found);
            (_next, _partner) = (0, _found[0]);
            return true;
        }

        return false;
    }

    private void Marks(Batch batch)
    {
        _marked = batch.Marks is { Count: > 0 };
        if (!_marked) return;
        var rows = batch.Marks!.Rows;
        var marks = batch.Marks.Watermarks;
        int mark = 0;
        long inForce = _watermark;
        for (int r = 0; r < batch.Length; r++)
        {
            while (mark < rows.Length && rows[mark] <= r) inForce = marks[mark++];
            _watermarks[r] = inForce;
        }
    }

    private void Without(Batch batch, int all)
    {
        for (int i = 0; i < all; i++)
        {
            foreach (int k in _own.Columns.Keys)
            {
                if (!batch.Columns[k].IsNull(_rows[i])) continue;
                _without[_withoutCount++] = _rows[i];
                break;
            }
        }
    }
}
