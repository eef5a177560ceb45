using System.Buffers;
using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Connect;

namespace OrleansStream.Connectors.Formats.Json;

/// <summary>Rows with their kinds, one a line: <c>{"data":{"a":1},"op":"+U"}</c>.</summary>
[Format("changelog-json")]
public sealed class ChangelogJsonFormat : Format
{
    public override ImmutableArray<Option> Options => JsonOptions.Declared;

    public override bool Changelog => true;

    public override IFormatDecoder CreateDecoder(Schema schema, IReadOnlyDictionary<string, string> options, Func<string> origin) =>
        new ChangelogJsonDecoder(schema, JsonOptions.Of(options), origin);

    public override IFormatEncoder CreateEncoder(Schema schema, IReadOnlyDictionary<string, string> options) => new ChangelogJsonEncoder(schema, JsonOptions.Of(options));

    public override int WholeRecords(ReadOnlySpan<byte> bytes) => bytes.LastIndexOf((byte)'\n') + 1;
}

/// <summary>Reads the columns out of <c>data</c> and the kind out of <c>op</c>.</summary>
internal sealed class ChangelogJsonDecoder : JsonDecoder
{
    private readonly SqlType _row;
    private readonly FixedBuilder<byte> _kinds = new(SqlType.TinyInt);

    public ChangelogJsonDecoder(Schema schema, JsonOptions options, Func<string> origin) : base(Fields(schema), options, origin) => _row = SqlType.Row(schema.Fields);

    private static JsonObject Fields(Schema schema) => new(new JsonField(SqlType.Row(schema.Fields), "data") { Required = true }, JsonField.RowKind("op"));

    // Rows of the two fields are numbered as those of the builder.
    private protected override void Bind(JsonObject root, BatchBuilder to)
    {
        if (!to.HasKinds) throw new InvalidOperationException("changelog-json fills builders with kinds only");
        var data = new RowBuilder(_row, to.Columns);
        data.Advance(to.Count);
        _kinds.Reset();
        _kinds.Append(to.Count);
        root.Bind([data, _kinds]);
    }

    private protected override void Finish(BatchBuilder to, int rows) => _kinds.Written[to.Count..].CopyTo(to.AppendKinds(rows));
}

/// <summary>Writes rows with their kinds.</summary>
internal sealed class ChangelogJsonEncoder(Schema schema, JsonOptions options) : IFormatEncoder
{
    private readonly JsonEncoder _row = new(schema, options);

    public void Encode(Batch batch, IBufferWriter<byte> to)
    {
        _row.Bind(batch);
        var w = new ByteWriter(to);
        if (batch.Selection is { } s) foreach (int row in s.Rows) Line(ref w, batch, row);
        else for (int row = 0; row < batch.Length; row++) Line(ref w, batch, row);
        w.Flush();
    }

    private void Line(ref ByteWriter w, Batch batch, int row)
    {
        w.Bytes("{\"data\":"u8);
        _row.Row(ref w, row);
        w.Bytes(",\"op\":\""u8);
        w.Bytes(Codes.AsSpan((int)batch.KindAt(row) * 2, 2));
        w.Bytes("\"}\n"u8);
    }

    private static readonly byte[] Codes = "+I-U+U-D"u8.ToArray();
}
