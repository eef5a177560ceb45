using OrleansStream.Columns;

namespace OrleansStream.Engine.Operators;

/// <summary>How many rows a record stands for: rows that were added and not taken back.</summary>
internal static unsafe class RowCount
{
    public static void Add(ReadOnlySpan<nint> records, int offset, Batch batch, ReadOnlySpan<int> rows)
    {
        for (int i = 0; i < records.Length; i++) *(long*)(records[i] + offset) += batch.KindAt(rows[i]).IsAdd() ? 1 : -1;
    }

    /// <summary>Brings the records that have rows to the front; gives their number.</summary>
    public static int Keep(Span<nint> records, int offset)
    {
        int kept = 0;
        foreach (nint r in records) if (*(long*)(r + offset) > 0) records[kept++] = r;
        return kept;
    }
}
