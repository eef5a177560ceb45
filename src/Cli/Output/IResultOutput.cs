using OrleansStream.Columns;

namespace OrleansStream.Cli.Output;

/// <summary>Shows the rows of a SELECT while they come. Called by one thread at a time.</summary>
internal interface IResultOutput
{
    /// <summary>Shows a batch's rows; keeps nothing of the batch.</summary>
    void Rows(Batch batch);

    /// <summary>One line about how the job is doing; shown only where it does not mix with rows.</summary>
    void Progress(string line);

    /// <summary>Nothing follows.</summary>
    void End();
}
