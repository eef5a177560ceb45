using OrleansStream.Columns;
using OrleansStream.Engine.Connect;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Connectors.Files;

/// <summary>
/// Adds the columns that the file itself says, not its records: partition columns out of its path, and metadata. The records' columns are decoded into rows of their own
/// and copied.
/// </summary>
/// <param name="inner">fills the columns whose place in <paramref name="places"/> is not negative.</param>
/// <param name="places">for each column wanted: its place among those of the records, or −1.</param>
/// <param name="value">the text of the column at a place wanted, of the file that is open; null = NULL.</param>
internal sealed class FileColumns(IFormatDecoder inner, Schema records, Schema wanted, int[] places, Func<int, string?> value, bool kinds) : IFormatDecoder
{
    private static readonly int[] First = new int[Batch.MaxRows];

    private readonly BatchBuilder _rows = new(records, kinds);
    private readonly Column?[] _constants = new Column?[wanted.Count];

    public IMalformedRecords? Malformed
    {
        get => inner.Malformed;
        set => inner.Malformed = value;
    }

    /// <summary>Another file was opened.</summary>
    public void Reset() => Array.Clear(_constants);

    public Decoded Decode(ReadOnlySpan<byte> input, long position, BatchBuilder to, int maxRows)
    {
        _rows.Reset();
        var done = inner.Decode(input, position, _rows, Math.Min(maxRows, Batch.MaxRows));
        int n = _rows.Count;
        var batch = _rows.Borrow();
        for (int c = 0; c < places.Length; c++)
        {
            if (places[c] >= 0) to.Columns[c].AppendRange(batch.Columns[places[c]], 0, n);
            else to.Columns[c].Gather(_constants[c] ??= Constant(c), First.AsSpan(0, n));
        }

        if (to.HasKinds) for (int i = 0; i < n; i++) to.AppendKinds(1)[0] = (byte)batch.KindAt(i);
        to.Advance(n);
        return done;
    }

    private Column Constant(int column)
    {
        var type = wanted[column].Type;
        string? text = value(column);
        if (text is null && !type.Nullable) throw new InvalidDataException($"the column '{wanted[column].Name}' is NOT NULL, and the file says NULL");
        return LiteralNode.Of(new LiteralExpr(text, type), new Evaluation(EvaluationContext.At(0))).All;
    }
}
