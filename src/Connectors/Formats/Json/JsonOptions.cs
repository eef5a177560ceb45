using System.Collections.Immutable;
using OrleansStream.Engine.Connect;

namespace OrleansStream.Connectors.Formats.Json;

public enum MapNullKey : byte
{
    Fail,
    Drop,
    Literal,
}

/// <summary>Options of the JSON formats, named as Flink names them.</summary>
public sealed record JsonOptions(
    bool FailOnMissingField, bool IgnoreParseErrors, bool Iso, MapNullKey NullKey, string NullKeyLiteral, bool PlainDecimals, bool IgnoreNullFields)
{
    public static ImmutableArray<Option> Declared { get; } =
    [
        new("fail-on-missing-field", OptionType.Boolean, "Whether a record without a declared field is malformed; else the field is NULL.", Default: "false"),
        new("ignore-parse-errors", OptionType.Boolean, "A field that does not fit its type becomes NULL, and a record that is no JSON is skipped and counted; else the job fails.", Default: "false"),
        new("timestamp-format.standard", OptionType.Text, "'SQL': 2020-12-30 12:13:14.123; 'ISO-8601': 2020-12-30T12:13:14.123.", Default: "SQL") { Values = ["SQL", "ISO-8601"] },
        new("map-null-key.mode", OptionType.Text, "A map entry whose key is NULL, when written: fails the job, is dropped, or gets the literal as key.", Default: "FAIL") { Values = ["FAIL", "DROP", "LITERAL"] },
        new("map-null-key.literal", OptionType.Text, "The key for 'map-null-key.mode' = 'LITERAL'.", Default: "null"),
        new("encode.decimal-as-plain-number", OptionType.Boolean, "Whether decimals are written with all digits (100.00, 0.000000027) rather than as 1E+2 and 2.7E-8.", Default: "false"),
        new("encode.ignore-null-fields", OptionType.Boolean, "Whether fields that are NULL are left out.", Default: "false"),
        new("decode.json-parser.enabled", OptionType.Boolean, "Accepted for scripts written for Flink; no effect.", Default: "true"),
    ];

    /// <exception cref="OptionException">a value that is not allowed, or two options that contradict each other.</exception>
    public static JsonOptions Of(IReadOnlyDictionary<string, string> values)
    {
        var o = new OptionValues(Declared, values);
        var options = new JsonOptions(
            o.Boolean("fail-on-missing-field"),
            o.Boolean("ignore-parse-errors"),
            o.Text("timestamp-format.standard").Equals("ISO-8601", StringComparison.OrdinalIgnoreCase),
            Enum.Parse<MapNullKey>(o.Text("map-null-key.mode"), ignoreCase: true),
            o.Text("map-null-key.literal"),
            o.Boolean("encode.decimal-as-plain-number"),
            o.Boolean("encode.ignore-null-fields"));
        return options is { FailOnMissingField: true, IgnoreParseErrors: true }
            ? throw new OptionException("options 'fail-on-missing-field' and 'ignore-parse-errors' cannot both be true")
            : options;
    }
}
