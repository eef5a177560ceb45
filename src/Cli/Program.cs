using System.CommandLine;
using OrleansStream.Cli.Commands;

namespace OrleansStream.Cli;

internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        var root = new RootCommand("Streaming SQL on .NET and Orleans.")
        {
            RunCommand.Create(), ServeCommand.Create(), ValidateCommand.Create(), ExplainCommand.Create(), VersionCommand.Create(),
        };
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors) await Console.Error.WriteLineAsync($"ostream: {error.Message}");
            await Console.Error.WriteLineAsync($"ostream: '{Path(parsed)} --help' tells more");
            return ExitCode.Usage;
        }

        try
        {
            // Signals are Interrupt's: the default handler would end the process before the last commit.
            return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false });
        }
        catch (UsageException e)
        {
            await Console.Error.WriteLineAsync($"ostream: {e.Message}");
            return ExitCode.Usage;
        }
#pragma warning disable CA1031 // The last resort: a person is shown what broke, and a program an exit code that means failure.
        catch (Exception e)
        {
            await Console.Error.WriteLineAsync($"ostream: internal error: {e}");
            return ExitCode.Failed;
        }
#pragma warning restore CA1031
    }

    private static string Path(ParseResult parsed) => parsed.CommandResult.Command is RootCommand ? "ostream" : $"ostream {parsed.CommandResult.Command.Name}";
}
