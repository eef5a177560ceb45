using OrleansStream.Columns;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Operators;

/// <summary>
/// Joins the rows of one window. The rows of one side, the probe, look up those of the other by key; candidates are judged many at once. Goes on over several calls when the
/// output is full.
/// </summary>
internal sealed class PaneJoin
{
    /// <summary>Rows of candidates before the caller gets control back, whether or not any pair leaves: a unit stays short.</summary>
    private const int CandidatesPerCall = 64 * Batch.MaxRows;

    private readonly JoinType _type;
    private readonly SideColumns _left;
    private readonly SideColumns _right;
    private readonly PairCondition? _condition;

    // A right join looks from the right.
    private readonly bool _fromRight;
    private readonly bool _keepsProbe;
    private readonly bool _ends;
    private readonly nint[] _block = new nint[256];
    private readonly nint[] _found = new nint[256];
    private readonly nint[] _probes = new nint[Batch.MaxRows];
    private readonly nint[] _partners = new nint[Batch.MaxRows];
    private readonly nint[] _judgedProbes = new nint[Batch.MaxRows];
    private readonly nint[] _judgedPartners = new nint[Batch.MaxRows];
    private readonly int[] _numbers = new int[Batch.MaxRows];
    private readonly ulong[] _passed = new ulong[Bitmap.WordsFor(Batch.MaxRows)];
    private LogTable? _probe;
    private LogTable? _build;
    private long _cursor;
    private int _blockCount;
    private int _next;
    private nint _partner;
    private bool _matched;
    private bool _leftOver;

    public PaneJoin(JoinType type, SideColumns left, SideColumns right, PairCondition? condition)
    {
        (_type, _left, _right, _condition) = (type, left, right, condition);
        _fromRight = type == JoinType.Right;
        _keepsProbe = type.Keeps(_fromRight ? 1 : 0);

        // Only what needs to know that a row's partners are through gets an entry without a partner behind them.
        _ends = _keepsProbe || type == JoinType.Semi || condition is not null;
    }

    public bool Active { get; private set; }

    public long Pane { get; private set; }

    public void Begin(long pane, LogTable? left, LogTable? right)
    {
        (Pane, _probe, _build) = (pane, _fromRight ? right : left, _fromRight ? left : right);
        (_cursor, _blockCount, _next, _partner, _matched, _leftOver) = (0, 0, 0, 0, false, false);
        Active = true;
    }

    /// <summary>True: the window is through; false: to be called again.</summary>
    public bool Emit(Output o)
    {
        var builder = o.Builder();
        for (int work = 0; work < CandidatesPerCall;)
        {
            int room = o.BatchSize - builder.Count;
            int n = _leftOver ? LeftOver(room) : Collect(room);
            if (n == 0)
            {
                if (!_leftOver && _type == JoinType.Full && _build is not null)
                {
                    (_leftOver, _cursor) = (true, 0);
                    continue;
                }

                (Active, _probe, _build) = (false, null, null);
                return true;
            }

            work += n;
            n = _leftOver ? n : Judge(n);
            Write(n, builder);
            if (builder.Count < o.BatchSize) continue;
            builder = o.Emit();
            if (o.Full) return false;
        }

        return false;
    }

    // The next candidates: a probe and a partner, or a probe whose partners are through.
    private int Collect(int room)
    {
        if (_probe is null || (_build is null && !_keepsProbe)) return 0;
        int n = 0;
        while (true)
        {
            if (_next == _blockCount)
            {
                _next = 0;
                _blockCount = _probe.Scan(ref _cursor, _block);
                if (_blockCount == 0) return n;
                if (_build is null) _found.AsSpan(0, _blockCount).Clear();
                else _build.First(_probe, _block.AsSpan(0, _blockCount), _found);
                _partner = _found[0];
            }

            nint probe = _block[_next];
            for (; _partner != 0; _partner = _build!.Next(_partner))
            {
                if (n == room) return n;
                (_probes[n], _partners[n++]) = (probe, _partner);
            }

            if (_ends)
            {
                if (n == room) return n;
                (_probes[n], _partners[n++]) = (probe, 0);
            }

            if (++_next < _blockCount) _partner = _found[_next];
        }
    }

    // Of a full join: rows of the other side that nobody matched.
    private int LeftOver(int room)
    {
        int n = 0;
        while (n == 0)
        {
            int scanned = _build!.Scan(ref _cursor, _partners.AsSpan(0, room));
            if (scanned == 0) return 0;
            for (int i = 0; i < scanned; i++) if (!_build.IsMarked(_partners[i])) (_probes[n], _partners[n++]) = (0, _partners[i]);
        }

        return n;
    }

    // Candidates become rows of the output, in place.
    private int Judge(int n)
    {
        if (!_ends && _condition is null) return n;
        if (_condition is not null) Condition(n);
        int rows = 0;
        for (int i = 0; i < n; i++)
        {
            nint probe = _probes[i], partner = _partners[i];
            if (partner == 0)
            {
                bool leaves = _type == JoinType.Semi ? _matched : _keepsProbe && !_matched;
                _matched = false;
                if (leaves) (_probes[rows], _partners[rows++]) = (probe, 0);
                continue;
            }

            if (_condition is not null && !Bitmap.Get(_passed, i)) continue;
            _matched = true;
            if (!_type.Pairs()) continue;
            if (_type == JoinType.Full) _build!.Mark(partner);
            (_probes[rows], _partners[rows++]) = (probe, partner);
        }

        return rows;
    }

    private void Condition(int n)
    {
        _passed.AsSpan().Clear();
        int judged = 0;
        for (int i = 0; i < n; i++)
        {
            if (_partners[i] == 0) continue;
            (_judgedProbes[judged], _judgedPartners[judged]) = (_probes[i], _partners[i]);
            _numbers[judged++] = i;
        }

        if (judged == 0) return;
        var to = _condition!.Candidates;
        (_fromRight ? _right : _left).Read(_probe!, _judgedProbes.AsSpan(0, judged), to);
        (_fromRight ? _left : _right).Read(_build!, _judgedPartners.AsSpan(0, judged), to);
        to.Advance(judged);
        foreach (int kept in _condition.Judge()) Bitmap.Set(_passed, _numbers[kept]);
    }

    private void Write(int n, BatchBuilder to)
    {
        if (n == 0) return;
        (_fromRight ? _right : _left).ReadPadded(_probe, _probes.AsSpan(0, n), to);
        if (_type.Pairs()) (_fromRight ? _left : _right).ReadPadded(_build, _partners.AsSpan(0, n), to);
        to.Advance(n);
    }
}
