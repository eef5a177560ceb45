using OrleansStream.Columns;

namespace OrleansStream.Engine.Operators;

/// <summary>
/// Rows that an outer join owes: runs of equal ones, each a row of the batch (−1: padded) and a record of the other side (0: padded) with a kind, taken out as many at a
/// time as there is room for.
/// </summary>
internal sealed class OuterRuns(JoinType type)
{
    // A candidate makes two runs at most.
    private readonly int[] _rows = new int[2 * Batch.MaxRows];
    private readonly nint[] _records = new nint[2 * Batch.MaxRows];
    private readonly byte[] _kinds = new byte[2 * Batch.MaxRows];
    private readonly long[] _copies = new long[2 * Batch.MaxRows];
    private readonly int[] _outRows = new int[Batch.MaxRows];
    private readonly nint[] _outRecords = new nint[Batch.MaxRows];
    private readonly byte[] _outKinds = new byte[Batch.MaxRows];
    private int _count;
    private int _at;

    public bool Pending => _at < _count;

    public void Clear() => (_count, _at) = (0, 0);

    public Span<int> Rows(int n) => _outRows.AsSpan(0, n);

    public Span<nint> Records(int n) => _outRecords.AsSpan(0, n);

    public ReadOnlySpan<byte> Kinds(int n) => _outKinds.AsSpan(0, n);

    /// <summary>A pair; in an outer join it comes as an insert and goes as a delete, since padded rows may take its place.</summary>
    public void Pair(int row, nint partner, long copies, RowKind kind)
    {
        if (type.Pairs()) Add(row, partner, copies, kind.IsAdd() ? RowKind.Insert : RowKind.Delete);
    }

    /// <summary>A row of the batch has come or gone, and has this many partners.</summary>
    public void Row(int port, int row, RowKind kind, long matches)
    {
        if (type == JoinType.Semi)
        {
            if (port == 0 && matches > 0) Add(row, 0, 1, kind);
        }
        else if (type.Keeps(port) && matches == 0) Add(row, 0, 1, type.Pairs() ? kind.IsAdd() ? RowKind.Insert : RowKind.Delete : kind);
    }

    /// <summary>Rows of the other side have got their first partner.</summary>
    public void FirstPartner(int port, nint partner, long copies, RowKind kind)
    {
        if (type == JoinType.Semi) Add(-1, partner, copies, kind);
        else if (type.Keeps(1 - port)) Add(-1, partner, copies, RowKind.Delete);
    }

    /// <summary>Rows of the other side have lost their last partner.</summary>
    public void LastPartner(int port, nint partner, long copies, RowKind kind)
    {
        if (type == JoinType.Semi) Add(-1, partner, copies, kind);
        else if (type.Keeps(1 - port)) Add(-1, partner, copies, RowKind.Insert);
    }

    /// <summary>Takes up to <paramref name="room"/> rows out; gives their number.</summary>
    public int Take(int room)
    {
        int n = 0;
        while (n < room && _at < _count)
        {
            int take = (int)Math.Min(room - n, _copies[_at]);
            _outRows.AsSpan(n, take).Fill(_rows[_at]);
            _outRecords.AsSpan(n, take).Fill(_records[_at]);
            _outKinds.AsSpan(n, take).Fill(_kinds[_at]);
            n += take;
            if ((_copies[_at] -= take) == 0) _at++;
        }

        return n;
    }

    private void Add(int row, nint record, long copies, RowKind kind)
    {
        if (copies <= 0) return;
        (_rows[_count], _records[_count], _kinds[_count], _copies[_count]) = (row, record, (byte)kind, copies);
        _count++;
    }
}
