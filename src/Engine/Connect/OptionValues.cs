using System.Globalization;

namespace OrleansStream.Engine.Connect;

/// <summary>An option's value that its schema does not allow; the message names the option.</summary>
public sealed class OptionException(string message) : Exception(message);

/// <summary>Options of one table or format, read by type; a missing one has the default of its <see cref="Option"/>.</summary>
/// <param name="options">what the schema declares.</param>
/// <param name="values">what was given.</param>
public sealed class OptionValues(IEnumerable<Option> options, IReadOnlyDictionary<string, string> values)
{
    private readonly Dictionary<string, Option> _options = options.ToDictionary(o => o.Name);

    public bool Has(string name) => values.ContainsKey(name);

    /// <summary>The value or the default; null when there is neither.</summary>
    /// <exception cref="OptionException">the value is not of the option's type.</exception>
    public string? Find(string name)
    {
        var option = _options[name];
        if (!values.TryGetValue(name, out var text)) return option.Default;
        return OptionText.Check(option, text) is { } wrong ? throw new OptionException(wrong) : text;
    }

    /// <exception cref="OptionException">the option is not given and has no default.</exception>
    public string Text(string name) => Find(name) ?? throw new OptionException($"option '{name}' is missing");

    public long Integer(string name) => long.Parse(Text(name).AsSpan().Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    public bool Boolean(string name) => bool.Parse(Text(name));

    public double Double(string name) => double.Parse(Text(name), CultureInfo.InvariantCulture);

    public TimeSpan Duration(string name) => OptionText.TryDuration(Text(name), out var d) ? d : throw new OptionException($"option '{name}' is not a duration");

    public long Memory(string name) => OptionText.TryMemory(Text(name), out long b) ? b : throw new OptionException($"option '{name}' is not a size");
}
