using OrleansStream.Columns;
using Spectre.Console;

namespace OrleansStream.Cli.Output;

/// <summary>How <c>run</c> shows rows.</summary>
internal enum OutputFormat
{
    Table,
    Changelog,
    Jsonl,
}

internal static class Outputs
{
    /// <param name="result">columns of the rows; null = the script gives none.</param>
    public static IResultOutput Create(OutputFormat format, Schema? result)
    {
        var progress = new ProgressLine(Console.Error, !Console.IsErrorRedirected && !Console.IsOutputRedirected);
        if (result is null) return new RowlessOutput(progress);
        bool terminal = !Console.IsOutputRedirected;
        switch (format)
        {
            case OutputFormat.Jsonl: return new JsonLinesOutput(Console.OpenStandardOutput());
            case OutputFormat.Changelog: return new ChangelogOutput(Buffered(), result, terminal ? Math.Max(5, Console.WindowHeight - 2) : 0);
            default: return new TableOutput(terminal ? Console.Out : Buffered(), terminal ? AnsiConsole.Console : null, result);
        }
    }

    private static StreamWriter Buffered() => new(Console.OpenStandardOutput(), bufferSize: 64 * 1024);
}
