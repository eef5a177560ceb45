using System.Text.RegularExpressions;
using Xunit;

namespace OrleansStream.Architecture.Tests;

/// <summary>What is found by scan or by code has a golden text: nothing is added that no test has seen.</summary>
public partial class RegistryTests
{
    [Fact]
    public void Every_diagnostic_code_has_a_golden_text()
    {
        var golden = string.Concat(Repository.Files("tests/Golden/errors", "*.slt").Select(Repository.Read));
        var codes = Code().Matches(Repository.Read("src/Sql/Diagnostics/Codes.cs")).Select(m => m.Groups[1].Value).ToArray();
        Assert.NotEmpty(codes);
        Assert.Empty(codes.Where(c => !golden.Contains(c, StringComparison.Ordinal)));
    }

    [Fact]
    public void A_code_has_one_meaning() =>
        Assert.Empty(Sources.Product.SelectMany(f => Code().Matches(Repository.Read(f)).Select(m => m.Groups[1].Value))
            .GroupBy(c => c).Where(g => g.Count() > 1).Select(g => g.Key));

    [Fact]
    public void Every_operator_has_a_golden_text()
    {
        // Rows that enter a sink are the business of its connector (the contract kit of sinks).
        string[] elsewhere = ["sink"];
        var golden = Repository.Files("tests/Golden/operators", "*.stream").Select(f => Path.GetFileNameWithoutExtension(f)).ToArray();
        var names = Sources.Product.SelectMany(f => OperatorName().Matches(Repository.Read(f)).Select(m => m.Groups[1].Value)).Except(elsewhere).ToArray();
        Assert.NotEmpty(names);
        Assert.Empty(names.Where(n => !golden.Any(g => g.StartsWith(n, StringComparison.Ordinal))));
    }

    [GeneratedRegex("= \"(OS[0-9]{4})\";")]
    private static partial Regex Code();

    [GeneratedRegex(@"^\[Operator\(""([a-z_]+)""\)\]", RegexOptions.Multiline)]
    private static partial Regex OperatorName();
}
