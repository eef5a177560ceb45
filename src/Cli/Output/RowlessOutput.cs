using OrleansStream.Columns;

namespace OrleansStream.Cli.Output;

/// <summary>For scripts whose rows go into tables: a progress line.</summary>
internal sealed class RowlessOutput(ProgressLine progress) : IResultOutput
{
    public void Rows(Batch batch) => throw new InvalidOperationException("a script of INSERTs gives no rows");

    public void Progress(string line) => progress.Show(line);

    public void End() => progress.Clear();
}
