using System.Collections.Immutable;
using System.Globalization;
using OrleansStream.Columns;
using OrleansStream.Connectors.Splits;
using OrleansStream.Engine.Connect;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Connectors.Datagen;

/// <summary>
/// Made-up rows for any schema, with the options of Flink's connector. A value is a function of the seed, its field and the row's number, so that a job that starts
/// again reads the same rows (dates and times of the present excepted).
/// </summary>
[Connector("datagen")]
public sealed class DatagenConnector : Connector
{
    private static readonly OptionSchema Declared = new(
        "datagen",
        "Made-up rows for any schema. Bounded with 'number-of-rows' or a field of kind 'sequence', else endless.",
        Source: true,
        Sink: false,
        [
            new Option("rows-per-second", OptionType.Integer, "Rows a second of real time, over all splits.", Default: "10000"),
            new Option("number-of-rows", OptionType.Integer, "Rows altogether; not given: no end, unless a sequence has one."),
            new Option("scan.parallelism", OptionType.Integer, "Splits that shards read at the same time.", Default: "1"),
            new Option("seed", OptionType.Integer, "Another seed gives other rows.", Default: "42"),
            new Option(
                "fields.*", OptionType.Text,
                "Of a field, as fields.<name>.<option>: kind ('random' or 'sequence'); min, max (numbers); max-past (timestamps: how far back); "
                + "length (texts, bytes: units; arrays, maps, multisets: entries); var-len (texts, bytes: whether length is the most); start, end (sequence); "
                + "null-rate (share of NULLs, 0 to 1). Inside ROW by further names, inside others by element, key and value."),
        ],
        []);

    public override OptionSchema Schema => Declared;

    public override IEnumerable<string> Validate(TableRef table)
    {
        var messages = new List<string>();
        var options = new OptionValues(Declared.Options.Where(o => o.Name != "fields.*"), table.Options);
        if (options.Integer("rows-per-second") < 1) messages.Add("option 'rows-per-second': must be at least 1");
        if (options.Integer("scan.parallelism") is < 1 or > 1024) messages.Add("option 'scan.parallelism': must be between 1 and 1024");
        if (options.Has("number-of-rows") && options.Integer("number-of-rows") < 0) messages.Add("option 'number-of-rows': must not be negative");
        var fields = new FieldOptions(table.Options);
        try
        {
            foreach (var f in table.Schema.Fields) DatagenColumn.Create(f.Type, f.Name, fields, TimeProvider.System);
        }
        catch (OptionException e)
        {
            messages.Add(e.Message);
            return messages;
        }

        messages.AddRange(fields.Unused().Select(o => $"option '{o}': no such field or option"));
        return messages;
    }

    public override ISplitEnumerator CreateEnumerator(SourceContext context)
    {
        int splits = (int)Options(context.Table).Integer("scan.parallelism");
        return new FixedSplits([.. Enumerable.Range(0, splits).Select(s => new Split(
            s.ToString("D4", CultureInfo.InvariantCulture), string.Create(CultureInfo.InvariantCulture, $"{s}/{splits}")))]);
    }

    public override ISplitReader CreateReader(SourceContext context)
    {
        var options = Options(context.Table);
        var fields = new FieldOptions(context.Table.Options);
        DatagenColumn[] all = [.. context.Table.Schema.Fields.Select(f => DatagenColumn.Create(f.Type, f.Name, fields, context.Services.Time))];

        // A sequence bounds the table whether it is read or not.
        long rows = all.Select(c => c.Rows).Append(options.Has("number-of-rows") ? options.Integer("number-of-rows") : long.MaxValue).Min();
        return new DatagenReader([.. context.Projection.Select(c => all[c])], rows, options.Integer("rows-per-second"), (ulong)options.Integer("seed"));
    }

    private static OptionValues Options(TableRef table) => new(Declared.Options, table.Options);
}

/// <summary>Options <c>fields.&lt;path&gt;.&lt;name&gt;</c>, with a note of those that were asked for.</summary>
internal sealed class FieldOptions(ImmutableSortedDictionary<string, string> options)
{
    private readonly HashSet<string> _used = [];

    public string? Text(string path, string name)
    {
        string key = $"fields.{path}.{name}";
        _used.Add(key);
        return options.GetValueOrDefault(key);
    }

    public T Number<T>(string path, string name, T otherwise) where T : IParsable<T>
    {
        if (Text(path, name) is not { } text) return otherwise;
        return T.TryParse(text, CultureInfo.InvariantCulture, out var value) ? value : throw new OptionException($"option 'fields.{path}.{name}': '{text}' is no {typeof(T).Name}");
    }

    public bool Boolean(string path, string name) => Text(path, name) is { } text
        && (OptionText.TryBoolean(text, out bool value) ? value : throw new OptionException($"option 'fields.{path}.{name}': '{text}' is not true or false"));

    public TimeSpan Duration(string path, string name) => Text(path, name) is not { } text ? TimeSpan.Zero
        : OptionText.TryDuration(text, out var value) ? value : throw new OptionException($"option 'fields.{path}.{name}': '{text}' is not a duration");

    public IEnumerable<string> Unused() => options.Keys.Where(k => k.StartsWith("fields.", StringComparison.Ordinal) && !_used.Contains(k));
}
