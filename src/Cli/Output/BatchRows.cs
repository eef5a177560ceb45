using OrleansStream.Columns;

namespace OrleansStream.Cli.Output;

internal static class BatchRows
{
    /// <summary>Positions of the rows that count.</summary>
    public static IEnumerable<int> Of(Batch batch)
    {
        for (int i = 0; i < batch.Count; i++) yield return batch.Selection is { } s ? s.Rows[i] : i;
    }
}
