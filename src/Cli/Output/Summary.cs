using System.Globalization;
using OrleansStream.Contracts;
using OrleansStream.Gateway.Problems;

namespace OrleansStream.Cli.Output;

/// <summary>What a job did, for standard error: a table of its stages, its duration, and why it failed.</summary>
internal static class Summary
{
    private static readonly string[] Header = ["stage", "shards", "rows in", "rows out", "crossed", "late", "malformed"];

    public static void Write(TextWriter to, JobStatus status, TimeSpan duration)
    {
        string[][] rows =
        [
            .. status.Stages.Select(s => new[]
            {
                s.Name, Text(s.Shards.Length), Text(s.RowsIn), Text(s.RowsOut), Text(s.Crossed), Text(s.LateRows), Text(s.MalformedRecords),
            }),
        ];
        PlainTable.Write(to, Header, [.. Header.Select((_, c) => c > 0)], rows);
        to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Word(status.State)} in {duration.TotalSeconds:0.00} s"));
    }

    /// <summary>A line on how a job is doing.</summary>
    public static string Line(JobStatus status, TimeSpan duration) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Word(status.State)}{(status.Why is null ? "" : $" ({status.Why})")}  {status.RowsIn} rows in  {status.RowsOut} rows out{(status.LateRows > 0 ? $"  {status.LateRows} late" : "")}  {duration.TotalSeconds:0.0} s");

    public static void Fault(TextWriter to, JobFault fault)
    {
        to.WriteLine($"error {fault.Code}{(fault.Where is null ? "" : $" at {fault.Where}")}");
        to.WriteLine($"  {fault.Message}");
        if (FaultHelp.Of(fault) is { } help) to.WriteLine($"  help: {help}");
    }

    private static string Word(JobState state) => state switch
    {
        JobState.CheckpointingFailing => "checkpointing failing",
        _ => state.ToString().ToLowerInvariant(),
    };

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
