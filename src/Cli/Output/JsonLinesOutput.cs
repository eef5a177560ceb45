using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using OrleansStream.Columns;

namespace OrleansStream.Cli.Output;

/// <summary>One line a row on standard output, and nothing else there: <c>{"op":"+I","row":{"col":value,…}}</c>.</summary>
internal sealed class JsonLinesOutput(Stream to) : IResultOutput
{
    private readonly ArrayBufferWriter<byte> _buffer = new(64 * 1024);
    private readonly Utf8JsonWriter _json = new(Stream.Null, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public void Rows(Batch batch)
    {
        foreach (int row in BatchRows.Of(batch))
        {
            _json.Reset(_buffer);
            _json.WriteStartObject();
            _json.WriteString("op"u8, batch.KindAt(row).Code());
            _json.WriteStartObject("row"u8);
            for (int c = 0; c < batch.Columns.Length; c++)
            {
                _json.WritePropertyName(batch.Schema[c].Name);
                JsonValue.Write(_json, batch.Columns[c], row);
            }

            _json.WriteEndObject();
            _json.WriteEndObject();
            _json.Flush();
            _buffer.Write("\n"u8);
        }

        to.Write(_buffer.WrittenSpan);
        to.Flush();
        _buffer.ResetWrittenCount();
    }

    public void Progress(string line)
    {
    }

    public void End() => to.Flush();
}
