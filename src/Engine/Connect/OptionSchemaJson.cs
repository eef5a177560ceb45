using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansStream.Engine.Connect;

/// <summary>The text of an <see cref="OptionSchema"/>: silos publish it, gateways read it.</summary>
public static class OptionSchemaJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };

    public static string Write(OptionSchema schema) => JsonSerializer.Serialize(schema, Options);

    /// <exception cref="JsonException">not the text of a schema.</exception>
    public static OptionSchema Read(string json) =>
        JsonSerializer.Deserialize<OptionSchema>(json, Options) ?? throw new JsonException("an option schema is an object, not null");
}
