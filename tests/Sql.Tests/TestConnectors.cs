using OrleansStream.Engine.Connect;
using OrleansStream.Sql.Planning;

namespace OrleansStream.Sql.Tests;

/// <summary>Descriptions of connectors as the product's have them, few enough for messages to be read.</summary>
internal static class TestConnectors
{
    public static ConnectorSchemas Schemas { get; } = new(
    [
        new OptionSchema("filesystem", "Files.", true, true,
        [
            new Option("path", OptionType.Text, "Folder or file.", Required: true),
            new Option("json.ignore-parse-errors", OptionType.Boolean, "Skip what is malformed."),
            new Option("csv.field-delimiter", OptionType.Text, "Between fields."),
            new Option("changelog-mode", OptionType.Text, "Kinds of rows."),
        ], ["json", "csv"], true) { Partitions = true, Metadata = [new MetadataKey("file.path", "STRING NOT NULL"), new MetadataKey("file.size", "BIGINT NOT NULL")] },
        new OptionSchema("nexmark", "Generated.", true, false,
        [
            new Option("events", OptionType.Integer, "How many."),
            new Option("rate", OptionType.Integer, "Events a second."),
            new Option("seed", OptionType.Integer, "Of the generator."),
            new Option("base", OptionType.Text, "Time of the first."),
            new Option("shape", OptionType.Text, "events or bids.") { Values = ["events", "bids"] },
            new Option("keys", OptionType.Integer, "Number of auctions."),
            new Option("ahead", OptionType.Integer, "Kept for scripts of others."),
            new Option("poll", OptionType.Integer, "Kept for scripts of others."),
            new Option("skip-bids", OptionType.Boolean, "Leave bids out."),
            new Option("rows", OptionType.Integer, "Rows of the side input."),
        ], [], true),
        new OptionSchema("datagen", "Random rows.", true, false,
        [
            new Option("number-of-rows", OptionType.Integer, "How many."),
            new Option("fields.*", OptionType.Text, "Per column."),
            new Option("interval", OptionType.Duration, "Between rows."),
        ], []),
        new OptionSchema("print", "To standard output.", false, true, [], []) { TakesUpdates = true },
        new OptionSchema("blackhole", "Nowhere.", false, true, [], []) { TakesUpdates = true },
    ]);
}
