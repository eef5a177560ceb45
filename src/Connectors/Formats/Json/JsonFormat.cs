using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Connect;

namespace OrleansStream.Connectors.Formats.Json;

/// <summary>One JSON object a line.</summary>
[Format("json")]
public sealed class JsonFormat : Format
{
    public override ImmutableArray<Option> Options => JsonOptions.Declared;

    public override IFormatDecoder CreateDecoder(Schema schema, IReadOnlyDictionary<string, string> options, Func<string> origin) =>
        new JsonDecoder(schema, JsonOptions.Of(options), origin);

    public override IFormatEncoder CreateEncoder(Schema schema, IReadOnlyDictionary<string, string> options) => new JsonEncoder(schema, JsonOptions.Of(options));

    public override int WholeRecords(ReadOnlySpan<byte> bytes) => bytes.LastIndexOf((byte)'\n') + 1;
}
