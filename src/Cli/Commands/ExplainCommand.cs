using System.CommandLine;

namespace OrleansStream.Cli.Commands;

/// <summary><c>ostream explain</c>: prints the plan of a script, starts nothing.</summary>
internal static class ExplainCommand
{
    public static Command Create()
    {
        var command = new Command("explain", "Print the plan of a script.");
        var script = new ScriptArguments(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var outcome = await LocalPlanning.Service().PlanAsync(await script.ReadScriptAsync(parsed), script.Settings(parsed), cancel);
            await Console.Error.WriteAsync(outcome.Printed);
            if (!outcome.Valid) return ExitCode.Failed;
            foreach (string text in outcome.Explanations) await Console.Out.WriteLineAsync(text);
            if (outcome.Explained is not null) await Console.Out.WriteLineAsync(outcome.Explained);
            return ExitCode.Ok;
        });
        return command;
    }
}
