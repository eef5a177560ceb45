using OrleansStream.Gateway.Planning;
using Xunit;

namespace OrleansStream.Gateway.Tests;

public class PlaceholderTests
{
    [Theory]
    [InlineData("a ${x} b", "a 1 b")]
    [InlineData("${x}${x}", "11")]
    [InlineData("${y:-7}", "7")]
    [InlineData("${x:-7}", "1")]
    [InlineData("${y:-}", "")]
    [InlineData("${secret:NAME}", "${secret:NAME}")]
    [InlineData("${secret:N} ${x}", "${secret:N} 1")]
    [InlineData("${", "${")]
    [InlineData("${x", "${x")]
    [InlineData("${} $x {x}", "${} $x {x}")]
    [InlineData("${dotted.name-1}", "d")]
    [InlineData("${v}", "${x}")]
    public void A_script_is_filled(string sql, string expected)
    {
        var filled = Placeholders.Fill(sql, new Dictionary<string, string> { ["x"] = "1", ["dotted.name-1"] = "d", ["v"] = "${x}" });
        Assert.Equal(expected, filled.Sql);
        Assert.Empty(filled.Missing);
    }

    [Fact]
    public void A_name_without_a_value_is_an_error_at_its_place()
    {
        var filled = Placeholders.Fill("${x} SELECT\n${gone}", new Dictionary<string, string> { ["x"] = "long value" });
        var error = Assert.Single(filled.Missing);
        Assert.Equal(Placeholders.Missing, error.Code);
        Assert.Equal("${gone}", filled.Sql.Substring(error.Span.Start, error.Span.Length));
        Assert.Equal(["gone", "x"], filled.Used.Order());
    }
}
