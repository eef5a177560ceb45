using OrleansStream.Connectors.Nexmark;
using OrleansStream.Engine.Connect;
using Xunit;

namespace OrleansStream.Connectors.Tests;

public sealed class RegistryTests
{
    [Fact]
    public void Every_description_is_published_as_text()
    {
        foreach (var schema in ConnectorRegistry.Scan().Schemas)
            Assert.Equal(OptionSchemaJson.Write(schema), OptionSchemaJson.Write(OptionSchemaJson.Read(OptionSchemaJson.Write(schema))));
    }

    [Fact]
    public void Connectors_are_found_under_each_of_their_names()
    {
        var registry = ConnectorRegistry.Scan();
        Assert.Same(registry.Connector("nexmark"), registry.Connector("nexmark-mem"));
        Assert.Equal(["blackhole", "nexmark", "nexmark-mem", "print"], registry.Schemas.Select(s => s.Connector).Intersect(["blackhole", "nexmark", "nexmark-mem", "print"]));
    }

    [Fact]
    public void An_unknown_name_lists_the_known_ones()
    {
        var e = Assert.Throws<KeyNotFoundException>(() => ConnectorRegistry.Scan().Connector("kafkaesque"));
        Assert.Contains("blackhole", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_with_one_name_are_refused() =>
        Assert.Contains("'nexmark'", Assert.Throws<InvalidOperationException>(() => ConnectorRegistry.Of(typeof(NexmarkConnector), typeof(NexmarkConnector))).Message, StringComparison.Ordinal);

    [Fact]
    public void An_option_without_doc_is_refused() =>
        Assert.Contains("'x'", Assert.Throws<InvalidOperationException>(() => ConnectorRegistry.Of(typeof(Undocumented))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(OptionType.Duration, "10 s", true)]
    [InlineData(OptionType.Duration, "1min", true)]
    [InlineData(OptionType.Duration, "PT1M30S", true)]
    [InlineData(OptionType.Duration, "fast", false)]
    [InlineData(OptionType.Memory, "64 kb", true)]
    [InlineData(OptionType.Memory, "1.5 mb", false)]
    [InlineData(OptionType.Integer, "-5", true)]
    [InlineData(OptionType.Integer, "5x", false)]
    [InlineData(OptionType.Boolean, "TRUE", true)]
    [InlineData(OptionType.Boolean, "yes", false)]
    public void Option_values(OptionType type, string value, bool valid) =>
        Assert.Equal(valid, OptionText.Check(new Option("o", type, "doc"), value) is null);

    [Connector("undocumented")]
    private sealed class Undocumented : Connector
    {
        public override OptionSchema Schema { get; } = new("undocumented", "doc", true, false, [new Option("x", OptionType.Text, "")], []);
    }
}
