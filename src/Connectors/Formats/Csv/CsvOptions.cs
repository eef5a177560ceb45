using System.Collections.Immutable;
using System.Text;
using OrleansStream.Engine.Connect;

namespace OrleansStream.Connectors.Formats.Csv;

/// <summary>Options of the CSV format, named as Flink names them.</summary>
/// <param name="Quote">null = quotes are characters like others.</param>
/// <param name="Escape">null = no escapes.</param>
/// <param name="NullLiteral">null = NULL is written as an empty field and never read.</param>
public sealed record CsvOptions(
    byte Delimiter, byte? Quote, byte? Escape, bool Comments, bool IgnoreParseErrors, byte[] ArrayDelimiter, byte[]? NullLiteral, bool ScientificDecimals)
{
    public static ImmutableArray<Option> Declared { get; } =
    [
        new("field-delimiter", OptionType.Text, "One character between fields; '\\t' for a tab.", Default: ","),
        new("disable-quote-character", OptionType.Boolean, "Whether quotes are characters like others.", Default: "false"),
        new("quote-character", OptionType.Text, "One character around fields that hold delimiters, quotes or line feeds; doubled inside.", Default: "\""),
        new("allow-comments", OptionType.Boolean, "Whether lines that start with '#' are left out.", Default: "false"),
        new("ignore-parse-errors", OptionType.Boolean, "A field that does not fit its type and fields that are missing become NULL, and a record that is no CSV or too long is skipped and counted; else the job fails.", Default: "false"),
        new("array-element-delimiter", OptionType.Text, "Between elements of an ARRAY and fields of a ROW.", Default: ";"),
        new("escape-character", OptionType.Text, "One character that takes the meaning from the next; not given: none."),
        new("null-literal", OptionType.Text, "The text of NULL; not given: NULL is written as an empty field."),
        new("write-bigdecimal-in-scientific-notation", OptionType.Boolean, "Whether decimals are written as 1E+2 and 2.7E-8 rather than with all digits.", Default: "true"),
    ];

    /// <exception cref="OptionException">a value that is not allowed.</exception>
    public static CsvOptions Of(IReadOnlyDictionary<string, string> values)
    {
        var o = new OptionValues(Declared, values);
        return new CsvOptions(
            One("field-delimiter", o.Text("field-delimiter"))!.Value,
            o.Boolean("disable-quote-character") ? null : One("quote-character", o.Text("quote-character")),
            One("escape-character", o.Find("escape-character")),
            o.Boolean("allow-comments"),
            o.Boolean("ignore-parse-errors"),
            Encoding.UTF8.GetBytes(o.Text("array-element-delimiter")),
            o.Find("null-literal") is { } literal ? Encoding.UTF8.GetBytes(literal) : null,
            o.Boolean("write-bigdecimal-in-scientific-notation"));
    }

    private static byte? One(string name, string? value)
    {
        if (value is null) return null;
        string text = value switch { "\\t" => "\t", "\\\\" => "\\", _ => value };
        return text.Length == 1 && text[0] is < (char)128 and not '\n' ? (byte)text[0] : throw new OptionException($"option '{name}': '{value}' is not one ASCII character");
    }
}
