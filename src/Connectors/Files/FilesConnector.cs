using System.Collections.Immutable;
using OrleansStream.Engine.Connect;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Connectors.Files;

/// <summary>Files of a format: read once, or written exactly once, a folder an epoch.</summary>
[Connector("filesystem")]
public sealed class FilesConnector(IConnectorCatalog catalog) : Connector
{
    private static readonly OptionSchema Declared = new(
        "filesystem",
        "Files of records. A source reads a file, the files of a folder, or those that a pattern (*, ?) names, once. A sink makes one folder 'epoch-<n>' for each checkpoint that wrote rows; it appears whole.",
        Source: true,
        Sink: true,
        [
            new Option("path", OptionType.Text, "File, folder or pattern; relative to the base folder of the process; 'file://' is accepted.", Required: true),
            new Option("format", OptionType.Text, "Format of the records.", Required: true),
            new Option("dead-letter.path", OptionType.Text, "Folder of a source's malformed records: each is skipped, counted, and written there once, a line of JSON with its file, offset, error and text. Not given: as the format's 'ignore-parse-errors' says."),
            new Option("source.block-size", OptionType.Memory, "Bytes that are read at a time.", Default: "512 kb"),
        ],
        ["changelog-json", "csv", "json"],
        Bounded: true);

    public override OptionSchema Schema => Declared;

    public override Guarantee Guarantee(TableRef table) => Engine.Connect.Guarantee.ExactlyOnce;

    public override IEnumerable<string> Validate(TableRef table)
    {
        if (!table.Options.TryGetValue("path", out var path) || path.Length == 0) yield return "option 'path' is missing";
        if (!table.Options.TryGetValue("format", out var format)) yield return "option 'format' is missing";
        else if (!Declared.Formats.Contains(format)) yield return $"option 'format': '{format}' is not one of {string.Join(", ", Declared.Formats)}";
    }

    public override ISplitEnumerator CreateEnumerator(SourceContext context) => new FileSplits(FilePath.Resolve(context.Table, context.Services));

    public override ISplitReader CreateReader(SourceContext context)
    {
        string path = FilePath.Resolve(context.Table, context.Services);
        var (format, options) = FormatOf(context.Table, context.Services);
        int block = (int)Math.Clamp(new OptionValues(Declared.Options, context.Table.Options).Memory("source.block-size"), 4096, 1 << 24);
        return new FileReader(FilePath.RootOf(path), format, options, origin => format.CreateDecoder(context.Table.Schema, context.Projection, options, origin), block,
            context.Table.Options.TryGetValue("dead-letter.path", out var letters) ? FilePath.Resolve(letters, context.Services) : null);
    }

    public override ISinkWriter CreateWriter(SinkContext context)
    {
        var (format, options) = FormatOf(context.Table, context.Services);
        string extension = context.Table.Options["format"];
        return new FileWriter(FilePath.Resolve(context.Table, context.Services), context, format.CreateEncoder(context.Table.Schema, options), extension);
    }

    public override ICommitter CreateCommitter(SinkContext context) => new FileCommitter(FilePath.Resolve(context.Table, context.Services), context.Job, context.Sink);

    private (Format Format, IReadOnlyDictionary<string, string> Options) FormatOf(TableRef table, IServices services)
    {
        string name = table.Options["format"];
        string prefix = name + ".";
        var options = table.Options.Where(o => o.Key.StartsWith(prefix, StringComparison.Ordinal))
            .ToImmutableSortedDictionary(o => o.Key[prefix.Length..], o => services.Resolve(o.Value));
        return (catalog.Format(name), options);
    }
}
