using System.CommandLine;
using OrleansStream.Cli.Output;

namespace OrleansStream.Cli.Commands;

/// <summary><c>ostream run</c>: runs a script on a silo in this process until it ends by itself or is interrupted.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var command = new Command("run", "Run a script to its end and show the rows of its SELECT.");
        var script = new ScriptArguments(command);
        var output = new Option<string>("--output", "-o")
        {
            Description = "table: the result; changelog: every change as it comes; jsonl: every change as a line of JSON, and nothing else on standard output.",
            DefaultValueFactory = _ => "table",
        };
        output.AcceptOnlyFromAmong("table", "changelog", "jsonl");
        command.Add(output);
        command.SetAction(async (parsed, _) =>
        {
            string sql = await script.ReadScriptAsync(parsed);
            using var interrupt = new Interrupt();
            return await LocalRun.RunAsync(sql, script.Name(parsed), script.Settings(parsed), Enum.Parse<OutputFormat>(parsed.GetRequiredValue(output), ignoreCase: true), interrupt);
        });
        return command;
    }
}
