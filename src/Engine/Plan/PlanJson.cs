using System.Collections.Immutable;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using OrleansStream.Columns;

namespace OrleansStream.Engine.Plan;

/// <summary>
/// Plans as JSON text, the form in which they are stored, diffed and sent. Types are their SQL text, schemas lists of "name type", operators and expressions carry
/// a name (<c>op</c>, <c>kind</c>). Reading refuses what it does not know, with a reason: a plan runs as it was meant or not at all.
/// </summary>
public static class PlanJson
{
    private static readonly JsonSerializerOptions Compact = Options(null);
    private static readonly JsonSerializerOptions Indented = Options(new ExprConverter());

    /// <summary>The same plan always gives the same text.</summary>
    public static string Write(Plan plan) => JsonSerializer.Serialize(plan, Indented);

    /// <summary>An expression on one line, as it stands in a plan.</summary>
    public static string Write(Expr expr) => JsonSerializer.Serialize(expr, Compact);

    /// <summary>Reads what <see cref="Write(Expr)"/> wrote.</summary>
    /// <exception cref="InvalidDataException">not an expression of this version.</exception>
    public static Expr ReadExpr(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<Expr>(text, Compact) ?? throw new InvalidDataException("not an expression: null");
        }
        catch (Exception e) when (e is JsonException or FormatException or NotSupportedException)
        {
            throw new InvalidDataException($"not an expression of this version: {e.Message}", e);
        }
    }

    /// <exception cref="InvalidDataException">not a plan, of another format version, or with an operator or option that this version does not know.</exception>
    public static Plan Read(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("format", out var format) || !format.TryGetInt32(out int version))
            {
                throw new InvalidDataException("not a plan: it has no format version");
            }

            if (version != Plan.CurrentFormat) throw new InvalidDataException($"plan format {version} is not the one that this version reads ({Plan.CurrentFormat})");
            return document.Deserialize<Plan>(Indented) ?? throw new InvalidDataException("not a plan: null");
        }
        catch (Exception e) when (e is JsonException or FormatException or NotSupportedException)
        {
            throw new InvalidDataException($"not a plan of this version: {e.Message}", e);
        }
    }

    private static JsonSerializerOptions Options(JsonConverter? expr)
    {
        var options = new JsonSerializerOptions
        {
            WriteIndented = expr is not null,
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            RespectRequiredConstructorParameters = true,
            RespectNullableAnnotations = true,
            TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { NameKinds, KeepParameters } },
        };
        options.Converters.Add(new TypeConverter());
        options.Converters.Add(new SchemaConverter());
        options.Converters.Add(new PositionsConverter());
        options.Converters.Add(new OrderConverter());
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        if (expr is not null) options.Converters.Add(expr);
        return options;
    }

    private static void NameKinds(JsonTypeInfo info)
    {
        if (info.Kind != JsonTypeInfoKind.Object) return;
        if (info.Type == typeof(Expr))
        {
            info.PolymorphismOptions = Kinds("kind", [
                new(typeof(ColumnExpr), "column"), new(typeof(LiteralExpr), "literal"), new(typeof(CallExpr), "call"), new(typeof(CastExpr), "cast"), new(typeof(FieldExpr), "field")]);
        }
        else if (info.Type == typeof(StageInput))
        {
            info.PolymorphismOptions = Kinds("kind", [new(typeof(SourceInput), "source"), new(typeof(ExchangeInput), "exchange")]);
        }
        else if (info.Type == typeof(OperatorSpec))
        {
            info.PolymorphismOptions = Kinds("op", Operators());
        }
    }

    private static JsonPolymorphismOptions Kinds(string property, IEnumerable<JsonDerivedType> types)
    {
        var options = new JsonPolymorphismOptions { TypeDiscriminatorPropertyName = property, UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization };
        foreach (var t in types) options.DerivedTypes.Add(t);
        return options;
    }

    private static IEnumerable<JsonDerivedType> Operators() =>
        from type in typeof(OperatorSpec).Assembly.GetTypes()
        let attribute = type.GetCustomAttribute<OperatorAttribute>()
        where attribute is not null
        orderby attribute.Name
        select new JsonDerivedType(type, attribute.Name);

    // What a constructor derives (a sink's output is its table's schema) is not stored: there is one truth.
    private static void KeepParameters(JsonTypeInfo info)
    {
        if (info.Kind != JsonTypeInfoKind.Object || info.Type.Namespace?.StartsWith("OrleansStream", StringComparison.Ordinal) != true) return;
        for (int i = info.Properties.Count - 1; i >= 0; i--)
        {
            var p = info.Properties[i];
            bool own = p.AttributeProvider is PropertyInfo { DeclaringType: { } declared, CanWrite: true } && declared == info.Type;
            if (p.AssociatedParameter is null && !own) info.Properties.RemoveAt(i);
        }
    }

    private sealed class TypeConverter : JsonConverter<SqlType>
    {
        public override SqlType Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => SqlTypeText.Parse(reader.GetString()!);

        public override void Write(Utf8JsonWriter writer, SqlType value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }

    private sealed class SchemaConverter : JsonConverter<Schema>
    {
        public override Schema Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var fields = JsonSerializer.Deserialize<ImmutableArray<string>>(ref reader, options);
            return new Schema([.. fields.Select(f => SqlTypeText.Parse($"ROW<{f}>").Fields.Single())]);
        }

        public override void Write(Utf8JsonWriter writer, Schema value, JsonSerializerOptions options)
        {
            writer.WriteStartArray();
            foreach (var f in value.Fields) writer.WriteStringValue(f.ToString());
            writer.WriteEndArray();
        }
    }

    // Lists of positions and expressions stay on one line in an indented plan.
    private sealed class PositionsConverter : JsonConverter<ImmutableArray<int>>
    {
        public override ImmutableArray<int> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            [.. JsonSerializer.Deserialize<int[]>(ref reader, options) ?? throw new JsonException("null where positions are expected")];

        public override void Write(Utf8JsonWriter writer, ImmutableArray<int> value, JsonSerializerOptions options) => writer.WriteRawValue($"[{string.Join(", ", value)}]");
    }

    private sealed class OrderConverter : JsonConverter<SortColumn>
    {
        public override SortColumn Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => SortColumn.Parse(reader.GetString()!);

        public override void Write(Utf8JsonWriter writer, SortColumn value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }

    private sealed class ExprConverter : JsonConverter<Expr>
    {
        public override Expr? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => JsonSerializer.Deserialize<Expr>(ref reader, Compact);

        public override void Write(Utf8JsonWriter writer, Expr value, JsonSerializerOptions options) => writer.WriteRawValue(PlanJson.Write(value));
    }
}
