using System.Text;
using OrleansStream.Engine.Functions;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Engine.Tests.Functions;

/// <summary>
/// tests/Golden/functions: one file a function, named as its class. A case is a SELECT of one expression, a line of dashes and the value (<c>NULL</c>, <c>(empty)</c>, or <c>error</c> with the message).
/// UPDATE_GOLDEN=1 writes the values.
/// </summary>
public class FunctionGoldenTests
{
    public static TheoryData<string> Functions => [.. FunctionCatalog.Scalars.Values.Select(f => f.Name).Distinct().Order(StringComparer.Ordinal)];

    private static string FileOf(ScalarFunction function) => $"functions/{function.GetType().Name.ToLowerInvariant()}.slt";

    [Theory]
    [MemberData(nameof(Functions))]
    public void Gives_the_values_of_its_file(string name)
    {
        string file = FileOf(FunctionCatalog.Scalars[name]);
        Assert.True(File.Exists(Path.Combine(Golden.Root, file)), $"{name} has no {file}");
        var actual = new StringBuilder();
        bool skip = false;
        int cases = 0;
        foreach (string line in Golden.Read(file).TrimEnd('\n').Split('\n'))
        {
            if (skip && line.Length > 0) continue;
            skip = false;
            actual.Append(line).Append('\n');
            if (!line.StartsWith("SELECT ", StringComparison.Ordinal)) continue;
            var value = SqlExpression.Evaluate(line["SELECT ".Length..]);
            Assert.True(value.Error is null || value.Planned, $"{file}: {line}\n{value.Error}");
            actual.Append("----\n").Append(value.Error is null ? value.Text is "" ? "(empty)" : value.Text ?? "NULL" : $"error {value.Error}").Append('\n');
            skip = true;
            cases++;
        }

        Assert.True(cases > 0, $"{file} has no case");
        Golden.Match(file, actual.ToString());
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public void Its_example_holds(string name)
    {
        string example = FunctionCatalog.Scalars[name].About.Example;
        int at = example.LastIndexOf(" = ", StringComparison.Ordinal);
        Assert.True(at > 0, $"the example of {name} is no equation: {example}");
        var left = SqlExpression.Evaluate(example[..at]);
        var right = SqlExpression.Evaluate(example[(at + 3)..]);
        Assert.True(left.Error is null && right.Error is null, $"{example}\n{left.Error}{right.Error}");
        Assert.Equal(right.Text, left.Text);
    }

    [Fact]
    public void No_file_is_left_over()
    {
        var expected = FunctionCatalog.Scalars.Values.Select(FileOf).ToHashSet();
        Assert.All(Golden.Files("functions", "*.slt"), f => Assert.Contains($"functions/{f}", expected));
    }
}
