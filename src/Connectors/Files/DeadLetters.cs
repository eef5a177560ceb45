using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using OrleansStream.Engine.Connect;

namespace OrleansStream.Connectors.Files;

/// <summary>
/// The dead-letter file of a split: a line of JSON for each malformed record, <c>{"file":…,"offset":…,"error":…,"record":…}</c> (<c>base64</c> instead of <c>record</c> when
/// it is no text). Letters are written before the position behind them is noted; when a split is opened at a position, those from there on are removed, since their records
/// are read again: each malformed record has one letter, whatever was restored.
/// </summary>
/// <param name="folder">where the files lie, one a split.</param>
/// <param name="reader">ends the names of the files: sources that read other columns of a table find other records malformed, and stand at other positions.</param>
internal sealed class DeadLetters(string folder, string reader) : IMalformedRecords
{
    private readonly ArrayBufferWriter<byte> _pending = new();
    private string _file = "";
    private string _source = "";

    /// <summary>Goes on with a split at a position.</summary>
    public void Open(Split split, string source, SplitPosition position)
    {
        _source = source;
        _file = Path.Combine(folder, $"{Uri.EscapeDataString(split.Id)}.{reader}.jsonl");
        _pending.ResetWrittenCount();
        if (!File.Exists(_file)) return;

        // A line that is cut off was being written when the process died: its record is read again too.
        string[] kept = [.. File.ReadLines(_file).TakeWhile(line => OffsetOf(line) is { } at && at < position.Offset)];
        string next = _file + ".next";
        File.WriteAllLines(next, kept);
        File.Move(next, _file, overwrite: true);
    }

    public void Add(ReadOnlySpan<byte> record, long position, string reason)
    {
        using (var json = new Utf8JsonWriter(_pending))
        {
            json.WriteStartObject();
            json.WriteString("file", _source);
            json.WriteNumber("offset", position);
            json.WriteString("error", reason);
            if (Utf8.IsValid(record)) json.WriteString("record", record);
            else json.WriteBase64String("base64", record);
            json.WriteEndObject();
        }

        _pending.Write("\n"u8);
    }

    /// <summary>Writes what was added.</summary>
    public void Flush()
    {
        if (_pending.WrittenCount == 0) return;
        Directory.CreateDirectory(folder);
        using (var file = new FileStream(_file, FileMode.Append, FileAccess.Write, FileShare.Read)) file.Write(_pending.WrittenSpan);
        _pending.ResetWrittenCount();
    }

    private static long? OffsetOf(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            return json.RootElement.GetProperty("offset").GetInt64();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }
}
