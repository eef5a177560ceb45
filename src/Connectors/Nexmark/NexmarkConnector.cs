using System.Collections.Immutable;
using System.Globalization;
using OrleansStream.Columns;
using OrleansStream.Connectors.Splits;
using OrleansStream.Engine.Connect;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Connectors.Nexmark;

/// <summary>
/// The Nexmark benchmark's auction events, made on the fly. <c>nexmark-mem</c> is the name under which benchmark scripts for other engines know the same events.
/// </summary>
[Connector("nexmark")]
[Connector("nexmark-mem")]
public sealed class NexmarkConnector : Connector
{
    private static readonly OptionSchema Declared = new(
        "nexmark",
        "The Nexmark benchmark's persons, auctions and bids, made on the fly: every value is a function of the seed and the event's number.",
        Source: true,
        Sink: false,
        [
            new Option("events", OptionType.Integer, "Rows of the table.", Default: "1000"),
            new Option("rate", OptionType.Integer, "Events per second of event time; the source itself is as fast as it can be.", Default: "100000"),
            new Option("seed", OptionType.Integer, "Another seed gives other events.", Default: "42"),
            new Option("base", OptionType.Integer, "Event time of the first event, ms since 1970.", Default: "1600000000000"),
            new Option("shape", OptionType.Text, "'events': columns event_type, person, auction, bid; 'bids': the columns of a bid, flat, bids only.", Default: "events")
            {
                Values = ["events", "bids"],
            },
            new Option("keys", OptionType.Integer, "Flat bids only: 0 = Nexmark's moving auctions, K = uniform over K auctions.", Default: "0"),
            new Option("skip-bids", OptionType.Boolean, "Persons and auctions only.", Default: "false"),
            new Option("splits", OptionType.Integer, "Splits that shards read at the same time; each keeps the order of its events.", Default: "1"),
            new Option("ahead", OptionType.Boolean, "Accepted for scripts of other engines; no effect.", Default: "false"),
            new Option("poll", OptionType.Integer, "Accepted for scripts of other engines; no effect.", Default: "64"),
        ],
        [],
        Bounded: true);

    public override OptionSchema Schema => Declared;

    public override IEnumerable<string> Validate(TableRef table)
    {
        var options = new OptionValues(Declared.Options, table.Options);
        foreach (var (name, least) in new[] { ("events", 0L), ("rate", 1), ("keys", 0), ("splits", 1) })
            if (options.Integer(name) < least) yield return $"option '{name}': must be at least {least.ToString(CultureInfo.InvariantCulture)}";
        if (options.Integer("splits") > 1024) yield return "option 'splits': must be at most 1024";
        if (options.Integer("keys") > int.MaxValue) yield return "option 'keys': too large";
        bool flat = options.Text("shape").Equals("bids", StringComparison.OrdinalIgnoreCase);
        foreach (var f in table.Schema.Fields)
            if (CheckColumn(f, flat) is { } wrong) yield return wrong;
    }

    public override ISplitEnumerator CreateEnumerator(SourceContext context)
    {
        var table = NexmarkTable.Of(context.Table);
        return new FixedSplits([.. Enumerable.Range(0, table.Splits).Select(s => table.Split(s))]);
    }

    public override ISplitReader CreateReader(SourceContext context) => new NexmarkReader(NexmarkTable.Of(context.Table), context.ReadSchema);

    internal static OptionValues Options(TableRef table) => new(Declared.Options, table.Options);

    private static string? CheckColumn(Field field, bool flat)
    {
        if (flat) return CheckType(NexmarkGen.Bid, field);
        if (field.Name == "event_type") return field.Type.Kind == TypeKind.Int ? null : "column 'event_type' must be INT";
        int kind = field.Name switch { "person" => NexmarkGen.Person, "auction" => NexmarkGen.Auction, "bid" => NexmarkGen.Bid, _ => -1 };
        if (kind < 0) return $"nexmark has no column '{field.Name}': there are event_type, person, auction and bid (with 'shape' = 'bids': auction, bidder, price, channel, url, dateTime, extra)";
        if (field.Type.Kind != TypeKind.Row) return $"column '{field.Name}' must be a ROW";
        return field.Type.Fields.Select(f => CheckType(kind, f)).FirstOrDefault(wrong => wrong is not null);
    }

    private static string? CheckType(int kind, Field field)
    {
        string owner = kind switch { NexmarkGen.Person => "person", NexmarkGen.Auction => "auction", _ => "bid" };
        if (NexmarkColumns.TypeOf(kind, field.Name) is not { } type) return $"nexmark: a {owner} has no column '{field.Name}'";
        bool fits = type.IsTimestamp ? field.Type.IsTimestamp && field.Type.Precision == 3 : type.Kind == field.Type.Kind && type.Precision == field.Type.Precision;
        return fits ? null : $"nexmark: column '{field.Name}' of a {owner} must be {type}";
    }
}

/// <summary>A Nexmark table's options.</summary>
public sealed record NexmarkTable(NexmarkGen Gen, NexmarkShape Shape, long Events, int Keys, int Splits)
{
    public static NexmarkTable Of(TableRef table)
    {
        var o = NexmarkConnector.Options(table);
        var shape = o.Text("shape").Equals("bids", StringComparison.OrdinalIgnoreCase) ? NexmarkShape.Bids
            : o.Boolean("skip-bids") ? NexmarkShape.Others : NexmarkShape.Events;
        var gen = new NexmarkGen(o.Integer("seed"), o.Integer("base"), o.Integer("rate"));
        return new NexmarkTable(gen, shape, o.Integer("events"), (int)o.Integer("keys"), (int)o.Integer("splits"));
    }

    public Split Split(int split) =>
        new(split.ToString("D4", CultureInfo.InvariantCulture), string.Create(CultureInfo.InvariantCulture, $"{split}/{Splits}"));

    public static (long Split, long Splits) ParseSplit(Split split)
    {
        var parts = split.Spec.Split('/');
        return (long.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[1], CultureInfo.InvariantCulture));
    }
}
