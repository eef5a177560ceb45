using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Grains;

/// <summary>
/// An immutable document of the Engine or Runtime on its way between silos, as JSON text: these types wear no serializer's attributes. For commands and reports,
/// never for rows.
/// </summary>
[GenerateSerializer, Immutable, Alias("json`1")]
public sealed class Json<T>(byte[] utf8)
{
    [Id(0)] private readonly byte[] _utf8 = utf8;

    public T Value => JsonSerializer.Deserialize<T>(_utf8, JsonDocuments.Options) ?? throw new InvalidDataException($"null instead of {typeof(T).Name}");
}

internal static class JsonDocuments
{
    public static readonly JsonSerializerOptions Options = new()
    {
        IgnoreReadOnlyProperties = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new PlanConverter() },
    };

    public static Json<T> Of<T>(T value) => new(JsonSerializer.SerializeToUtf8Bytes(value, Options));

    // A plan is written as everywhere else, so that it is read with the same checks.
    private sealed class PlanConverter : JsonConverter<Plan>
    {
        public override Plan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => PlanJson.Read(reader.GetString()!);

        public override void Write(Utf8JsonWriter writer, Plan value, JsonSerializerOptions options) => writer.WriteStringValue(PlanJson.Write(value));
    }
}
