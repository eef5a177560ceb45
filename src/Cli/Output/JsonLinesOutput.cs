using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using OrleansStream.Columns;

namespace OrleansStream.Cli.Output;

/// <summary>One line a row on standard output, and nothing else there: <c>{"op":"+I","row":{"col":value,…}}</c>.</summary>
internal sealed class JsonLinesOutput(Stream to) : IResultOutput
{
    private readonly ArrayBufferWriter<byte> _buffer = new(64 * 1024);

    public void Rows(Batch batch)
    {
        using var json = new Utf8JsonWriter(_buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        foreach (int row in BatchRows.Of(batch))
        {
            json.Reset(_buffer);
            json.WriteStartObject();
            json.WriteString("op"u8, batch.KindAt(row).Code());
            json.WriteStartObject("row"u8);
            for (int c = 0; c < batch.Columns.Length; c++)
            {
                json.WritePropertyName(batch.Schema[c].Name);
                JsonValue.Write(json, batch.Columns[c], row);
            }

            json.WriteEndObject();
            json.WriteEndObject();
            json.Flush();
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
