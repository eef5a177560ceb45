using OrleansStream.Columns;
using OrleansStream.Engine.Connect;

namespace OrleansStream.Connectors.Nexmark;

/// <summary>
/// Computes one split of the table, vectorised: events in order, only the projected columns. With S splits, split s holds the blocks s, s + S, … of
/// <see cref="BlockRows"/> rows each, so that all splits move through event time together.
/// A position is a count of the split's rows.
/// </summary>
public sealed class NexmarkReader : IComputedReader
{
    /// <summary>Successive rows that stay in one split.</summary>
    public const int BlockRows = 1000;

    private readonly NexmarkTable _table;
    private readonly Schema _schema;
    private readonly NexmarkBlock _block;
    private readonly NexmarkFill[] _fills;
    private long _splits = 1, _split, _at, _end;

    public NexmarkReader(NexmarkTable table, Schema schema)
    {
        _table = table;
        _schema = schema;
        _block = new NexmarkBlock(table.Gen, table.Shape);
        var columns = new NexmarkColumns(table.Keys);
        _fills = [.. schema.Fields.Select(f => Fill(f, columns))];
    }

    public SplitPosition Position => new(_at);

    public bool Ended => _at >= _end;

    public long NextDueMs => 0;

    public ValueTask OpenAsync(Split split, SplitPosition position, CancellationToken cancel)
    {
        (_split, _splits) = NexmarkTable.ParseSplit(split);
        _end = RowsOf(_split, _splits, _table.Events);
        _at = Math.Min(position.Offset, _end);
        return default;
    }

    public int Fill(BatchBuilder to, int maxRows, long nowMs)
    {
        int done = 0;
        while (done < maxRows && _at < _end)
        {
            long rows = Math.Min(Math.Min(maxRows - done, Batch.MaxRows), _end - _at);
            if (_splits > 1) rows = Math.Min(rows, BlockRows - (_at % BlockRows));
            _block.Load(IndexOf(_at), (int)rows);
            for (int c = 0; c < _fills.Length; c++) _fills[c](_block, to.Columns[c]);
            to.Advance((int)rows);
            done += (int)rows;
            _at += rows;
        }

        return done;
    }

    public ValueTask DisposeAsync() => default;

    /// <summary>How many of the table's <paramref name="rows"/> rows are in a split.</summary>
    public static long RowsOf(long split, long splits, long rows)
    {
        if (splits == 1) return rows;
        var (rounds, rest) = Math.DivRem(rows, BlockRows * splits);
        return (rounds * BlockRows) + Math.Clamp(rest - (split * BlockRows), 0, BlockRows);
    }

    private long IndexOf(long at) => _splits == 1 ? at : (((at / BlockRows * _splits) + _split) * BlockRows) + (at % BlockRows);

    private NexmarkFill Fill(Field field, NexmarkColumns columns)
    {
        if (_table.Shape == NexmarkShape.Bids) return columns.Of(NexmarkGen.Bid, field.Name);
        return field.Name switch
        {
            "person" => Nested(NexmarkGen.Person, field.Type, columns),
            "auction" => Nested(NexmarkGen.Auction, field.Type, columns),
            "bid" => Nested(NexmarkGen.Bid, field.Type, columns),
            _ => NexmarkColumns.EventType,
        };
    }

    // A ROW column: its fields for every row, then NULL where the event is of another kind.
    private static NexmarkFill Nested(int kind, SqlType type, NexmarkColumns columns)
    {
        NexmarkFill[] fills = [.. type.Fields.Select(f => columns.Of(kind, f.Name))];
        return (b, to) =>
        {
            var row = (RowBuilder)to;
            for (int i = 0; i < fills.Length; i++) fills[i](b, row.Children[i]);
            int start = row.Count;
            row.Advance(b.Rows);
            var nulls = row.NullWords();
            if (kind == NexmarkGen.Bid)
            {
                foreach (int r in b.Persons) Bitmap.Set(nulls, start + r);
                foreach (int r in b.Auctions) Bitmap.Set(nulls, start + r);
                return;
            }

            SetRange(nulls, start, b.Rows);
            foreach (int r in kind == NexmarkGen.Person ? b.Persons : b.Auctions) Bitmap.Clear(nulls, start + r);
        };
    }

    private static void SetRange(Span<ulong> words, int start, int length)
    {
        int end = start + length;
        for (int w = start >> 6; w <= (end - 1) >> 6; w++)
        {
            ulong bits = ulong.MaxValue;
            if (w == start >> 6) bits &= ulong.MaxValue << (start & 63);
            if (w == end >> 6) bits &= (1UL << (end & 63)) - 1;
            words[w] |= bits;
        }
    }
}
