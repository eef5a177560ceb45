using System.CommandLine;

namespace OrleansStream.Cli.Commands;

/// <summary><c>ostream validate</c>: plans a script, starts nothing.</summary>
internal static class ValidateCommand
{
    public static Command Create()
    {
        var command = new Command("validate", "Check a script without running it.");
        var script = new ScriptArguments(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var outcome = await LocalPlanning.Service().CheckAsync(await script.ReadScriptAsync(parsed), script.Settings(parsed), cancel);
            await Console.Error.WriteAsync(outcome.Printed);
            if (!outcome.Valid) return ExitCode.Failed;
            await Console.Out.WriteLineAsync("The script is valid.");
            return ExitCode.Ok;
        });
        return command;
    }
}
