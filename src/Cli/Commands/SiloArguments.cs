using System.CommandLine;
using OrleansStream.Silo;

namespace OrleansStream.Cli.Commands;

/// <summary>Where a silo keeps its state, and with whom: a folder of its own, or a database shared with other processes.</summary>
internal sealed class SiloArguments
{
    private const string DatabaseVariable = "OSTREAM_DATABASE";

    private readonly Option<string> _state = new("--state")
    {
        Description = "Folder of journal, checkpoints and catalog; one process at a time. Not used with --database.",
        HelpName = "folder",
        DefaultValueFactory = _ => ".ostream",
    };

    private readonly Option<string?> _database = new("--database")
    {
        Description = $"PostgreSQL that holds the state instead: processes with the same database are one cluster. postgres://user:password@host:port/database, or Npgsql's Host=…;Database=…; default: the environment's {DatabaseVariable}.",
        HelpName = "address",
    };

    private readonly Option<string?> _parts = new("--parts")
    {
        Description = "With --database: folder for checkpoint parts, which all processes reach under this name; default: they are in the database.",
        HelpName = "folder",
    };

    private readonly Option<int> _siloPort = new("--silo-port")
    {
        Description = "With --database: loopback port for the other processes; each has one of its own, and keeps it when it comes back.",
        HelpName = "port",
        DefaultValueFactory = _ => 11111,
    };

    public void AddTo(Command command)
    {
        command.Add(_state);
        command.Add(_database);
        command.Add(_parts);
        command.Add(_siloPort);
    }

    /// <exception cref="UsageException">the database's address makes no sense.</exception>
    public SiloOptions Read(ParseResult parsed)
    {
        string state = parsed.GetRequiredValue(_state);
        string? database = parsed.GetValue(_database) ?? Environment.GetEnvironmentVariable(DatabaseVariable);
        if (string.IsNullOrEmpty(database)) return new SiloOptions { StateFolder = state, Name = "serve" };
        int port = parsed.GetValue(_siloPort);
        try
        {
            return new SiloOptions
            {
                StateFolder = state,
                Database = DatabaseAddress.Parse(database),
                PartsFolder = parsed.GetValue(_parts),
                SiloPort = port,
                Name = $"serve-{port}",
            };
        }
        catch (FormatException e)
        {
            throw new UsageException($"--database: {e.Message}");
        }
    }
}
