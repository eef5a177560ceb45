using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansStream.Engine.Checkpoints;

namespace OrleansStream.Storage;

/// <summary>
/// Journal entries as JSON that people can read: disk format v1, the same in files and databases. A golden test keeps its bytes.
/// </summary>
public static class JournalJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase), new EntryConverter() },
    };

    private static readonly ImmutableArray<(string Name, Type Type)> Kinds =
    [
        ("desired", typeof(DesiredEntry)), ("begin", typeof(BeginEntry)), ("publish", typeof(PublishEntry)), ("drop", typeof(DropEntry)),
    ];

    public static byte[] Write(JournalEntry entry) => [.. JsonSerializer.SerializeToUtf8Bytes(entry, Options), (byte)'\n'];

    /// <exception cref="InvalidDataException">the bytes are no whole entry; the message names <paramref name="name"/>.</exception>
    public static JournalEntry Read(ReadOnlySpan<byte> bytes, string name)
    {
        try
        {
            return JsonSerializer.Deserialize<JournalEntry>(bytes, Options) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"journal entry {name} is damaged: {e.Message}", e);
        }
    }

    /// <summary>An entry is an object with one property: its kind, and the record under it.</summary>
    private sealed class EntryConverter : JsonConverter<JournalEntry>
    {
        // Exactly the base: the records themselves are written by their properties.
        public override bool CanConvert(Type typeToConvert) => typeToConvert == typeof(JournalEntry);

        public override JournalEntry Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.PropertyName) throw new JsonException("no entry");
            string kind = reader.GetString()!;
            var type = Kinds.FirstOrDefault(k => k.Name == kind).Type ?? throw new JsonException($"unknown kind '{kind}'");
            reader.Read();
            var entry = (JournalEntry)JsonSerializer.Deserialize(ref reader, type, options)!;
            if (!reader.Read() || reader.TokenType != JsonTokenType.EndObject) throw new JsonException("more than one entry");
            return entry;
        }

        public override void Write(Utf8JsonWriter writer, JournalEntry value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            writer.WritePropertyName(Kinds.First(k => k.Type == value.GetType()).Name);
            JsonSerializer.Serialize(writer, value, value.GetType(), options);
            writer.WriteEndObject();
        }
    }
}
