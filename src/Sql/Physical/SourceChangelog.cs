using System.Collections.Immutable;
using OrleansStream.Engine.Connect;
using OrleansStream.Sql.Binding;

namespace OrleansStream.Sql.Physical;

/// <summary>Which kinds of changes a source's rows carry.</summary>
/// <param name="Before">updates come with the row before; false: +U alone, addressed by the primary key, and deletes of which only the key is sure.</param>
public readonly record struct SourceChangelog(ModifyKinds Kinds, bool Before)
{
    private const string ModeOption = "changelog-mode";

    public static SourceChangelog Inserts { get; } = new(ModifyKinds.Insert, true);

    /// <summary>By the option 'changelog-mode' = 'I,UB,UA,D' where the connector has it; else by its format; else by the connector.</summary>
    public static SourceChangelog Of(OptionSchema? schema, ImmutableArray<TableOption> options)
    {
        if (schema is null) return Inserts;
        string? Value(string key) => options.FirstOrDefault(o => o.Key == key)?.Value;
        string? declared = schema.Options.Any(o => o.Name == ModeOption) ? Value(ModeOption) : null;
        return Parse(declared ?? (Value("format") is { } format && schema.FormatKinds.TryGetValue(format, out string? kinds) ? kinds : schema.SourceKinds));
    }

    private static SourceChangelog Parse(string text)
    {
        string[] kinds = [.. text.Split(',').Select(k => k.Trim().ToUpperInvariant())];
        var flags = ModifyKinds.Insert;
        if (kinds.Contains("UA")) flags |= ModifyKinds.Update;
        if (kinds.Contains("D")) flags |= ModifyKinds.Delete;
        return new SourceChangelog(flags, kinds.Contains("UB") || !kinds.Contains("UA"));
    }
}
