using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Connect;

namespace OrleansStream.Connectors.Formats.Csv;

/// <summary>Fields by position, one record a line (more when a field in quotes has line feeds).</summary>
[Format("csv")]
public sealed class CsvFormat : Format
{
    public override ImmutableArray<Option> Options => CsvOptions.Declared;

    public override IFormatDecoder CreateDecoder(Schema schema, IReadOnlyDictionary<string, string> options, Func<string> origin) =>
        CreateDecoder(schema, [.. Enumerable.Range(0, schema.Count)], options, origin);

    public override IFormatDecoder CreateDecoder(Schema table, ImmutableArray<int> projection, IReadOnlyDictionary<string, string> options, Func<string> origin) =>
        new CsvDecoder(table, projection, CsvOptions.Of(options), origin);

    public override IFormatEncoder CreateEncoder(Schema schema, IReadOnlyDictionary<string, string> options) => new CsvEncoder(schema, CsvOptions.Of(options));

    public override int WholeRecords(ReadOnlySpan<byte> bytes) => WholeRecords(bytes, ImmutableDictionary<string, string>.Empty);

    public override int WholeRecords(ReadOnlySpan<byte> bytes, IReadOnlyDictionary<string, string> options) => CsvDecoder.WholeRecords(bytes, CsvOptions.Of(options));
}
