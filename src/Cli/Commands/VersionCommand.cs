using System.CommandLine;
using System.Reflection;

namespace OrleansStream.Cli.Commands;

/// <summary><c>ostream version</c>: the versions of what runs here.</summary>
internal static class VersionCommand
{
    public static Command Create()
    {
        var command = new Command("version", "Print the version.");
        command.SetAction(_ =>
        {
            Console.Out.WriteLine($"ostream {Of(typeof(VersionCommand).Assembly)}");
            Console.Out.WriteLine($"Orleans {Of(typeof(Orleans.Grain).Assembly)}, .NET {Environment.Version}");
        });
        return command;
    }

    private static string Of(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+', ' ')[0].TrimEnd('.') ?? "?";
}
