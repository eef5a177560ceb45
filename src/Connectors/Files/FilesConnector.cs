using System.Collections.Immutable;
using System.Globalization;
using OrleansStream.Columns;
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
            new Option("partition.default-name", OptionType.Text, "Folder of the partition whose column is NULL or empty.", Default: PartitionPath.DefaultName),
            new Option("dead-letter.path", OptionType.Text, "Folder of a source's malformed records: each is skipped, counted, and written there once, a line of JSON with its file, offset, error and text. Not given: as the format's 'ignore-parse-errors' says."),
            new Option("source.block-size", OptionType.Memory, "Bytes that are read at a time.", Default: "512 kb"),
        ],
        ["changelog-json", "csv", "json"],
        Bounded: true)
    {
        Partitions = true,
        Metadata =
        [
            new("file.path", "STRING NOT NULL"), new("file.name", "STRING NOT NULL"), new("file.size", "BIGINT NOT NULL"), new("file.modification-time", "TIMESTAMP_LTZ(3) NOT NULL"),
        ],
    };

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
        return new FileReader(FilePath.RootOf(path), format, options, origin => Decoder(context, format, options, origin), block,
            context.Table.Options.TryGetValue("dead-letter.path", out var letters) ? (FilePath.Resolve(letters, context.Services), string.Join('-', context.Projection)) : null);
    }

    public override ISinkWriter CreateWriter(SinkContext context)
    {
        var (format, options) = FormatOf(context.Table, context.Services);
        string extension = context.Table.Options["format"];
        if (!context.Table.PartitionKeys.IsEmpty)
            return new PartitionedFileWriter(FilePath.Resolve(context.Table, context.Services), context, s => format.CreateEncoder(s, options), extension, DefaultPartition(context.Table));
        return new FileWriter(FilePath.Resolve(context.Table, context.Services), context, format.CreateEncoder(context.Table.Schema, options), extension);
    }

    public override ICommitter CreateCommitter(SinkContext context) => new FileCommitter(FilePath.Resolve(context.Table, context.Services), context.Job, context.Sink, !context.Table.PartitionKeys.IsEmpty);

    private static string DefaultPartition(TableRef table) => table.Options.GetValueOrDefault("partition.default-name", PartitionPath.DefaultName);

    // Partition columns and metadata are not in the records.
    private static IFormatDecoder Decoder(SourceContext context, Format format, IReadOnlyDictionary<string, string> options, Func<string> file)
    {
        var table = context.Table;
        bool InRecords(int column) => !table.PartitionKeys.Contains(column) && table.MetadataKey(column) is null;
        if (Enumerable.Range(0, table.Schema.Count).All(InRecords)) return format.CreateDecoder(table.Schema, context.Projection, options, file);
        int[] records = [.. Enumerable.Range(0, table.Schema.Count).Where(InRecords)];
        ImmutableArray<int> projection = [.. context.Projection.Where(InRecords).Select(c => Array.IndexOf(records, c))];
        var schema = table.Schema.Select(records);
        int next = 0;
        int[] places = [.. context.Projection.Select(c => InRecords(c) ? next++ : -1)];
        string? Value(int wanted)
        {
            int column = context.Projection[wanted];
            if (table.MetadataKey(column) is { } key) return Metadata(key, file());
            return PartitionPath.TryValue(file(), table.Schema[column].Name, DefaultPartition(table), out string? value) ? value
                : throw new InvalidDataException($"the path of '{file()}' does not name the partition column '{table.Schema[column].Name}'");
        }

        return new FileColumns(format.CreateDecoder(schema, projection, options, file), schema.Select(projection.AsSpan()), context.ReadSchema, places, Value, format.Changelog);
    }

    private static string Metadata(string key, string file) => key switch
    {
        "file.path" => file,
        "file.name" => Path.GetFileName(file),
        "file.size" => new FileInfo(file).Length.ToString(CultureInfo.InvariantCulture),
        "file.modification-time" => File.GetLastWriteTimeUtc(file).ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture),
        _ => throw new InvalidDataException($"no metadata '{key}' of a file"),
    };

    private (Format Format, IReadOnlyDictionary<string, string> Options) FormatOf(TableRef table, IServices services)
    {
        string name = table.Options["format"];
        string prefix = name + ".";
        var options = table.Options.Where(o => o.Key.StartsWith(prefix, StringComparison.Ordinal))
            .ToImmutableSortedDictionary(o => o.Key[prefix.Length..], o => services.Resolve(o.Value));
        return (catalog.Format(name), options);
    }
}
