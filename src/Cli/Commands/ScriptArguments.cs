using System.CommandLine;

namespace OrleansStream.Cli.Commands;

/// <summary>The script and its settings, as every command that takes a script has them.</summary>
internal sealed class ScriptArguments
{
    private readonly Argument<string> _file = new("FILE.sql") { Description = "The script; - reads standard input." };

    private readonly Option<string[]> _set = new("--set")
    {
        Description = "key=value: fills the script's ${key} if it has one, else it is a SET option. Repeatable; a SET in the script wins.",
        HelpName = "key=value",
        AllowMultipleArgumentsPerToken = false,
        DefaultValueFactory = _ => [],
    };

    public ScriptArguments(Command command)
    {
        _set.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
                if (token.Value.IndexOf('=', StringComparison.Ordinal) <= 0) result.AddError($"--set takes key=value, not '{token.Value}'");
        });
        command.Add(_file);
        command.Add(_set);
    }

    /// <exception cref="UsageException">the script cannot be read.</exception>
    public async Task<string> ReadScriptAsync(ParseResult parsed)
    {
        string file = parsed.GetRequiredValue(_file);
        if (file == "-") return await Console.In.ReadToEndAsync();
        try
        {
            return await File.ReadAllTextAsync(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException(File.Exists(file) ? e.Message : $"no such file: {file}");
        }
    }

    /// <summary>The last one wins when a key is given twice.</summary>
    public Dictionary<string, string> Settings(ParseResult parsed)
    {
        var settings = new Dictionary<string, string>();
        foreach (string pair in parsed.GetValue(_set) ?? [])
        {
            int at = pair.IndexOf('=', StringComparison.Ordinal);
            settings[pair[..at]] = pair[(at + 1)..];
        }

        return settings;
    }

    /// <summary>For the job's name: the file's without its extension.</summary>
    public string Name(ParseResult parsed) =>
        parsed.GetRequiredValue(_file) is var file && file == "-" ? "stdin" : Path.GetFileNameWithoutExtension(file);
}

/// <summary>The command line asks for something impossible: one sentence for its user, exit code 2.</summary>
internal sealed class UsageException(string message) : Exception(message);
