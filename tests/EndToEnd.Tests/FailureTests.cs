using System.Text.Json;
using Xunit;

namespace OrleansStream.EndToEnd.Tests;

/// <summary>What goes wrong is said with a code and a place, and by the exit code.</summary>
public class FailureTests
{
    private const string Table =
        """
        CREATE TABLE t (a INT, b STRING) WITH ('connector' = 'filesystem', 'path' = '${path}', 'format' = 'json' ${more:-});
        SELECT a, b FROM t;
        """;

    private const string Lines = "{\"a\":1,\"b\":\"x\"}\n{\"a\":2,\"b\":oops}\n{\"a\":3,\"b\":\"z\"}\n";

    [Fact]
    public async Task A_malformed_record_fails_the_run_with_file_line_and_column()
    {
        using var folder = new Folder();
        folder.Write("t.sql", Table);
        string data = folder.Write("in.jsonl", Lines);
        var (_, error) = await Ostream.ExpectAsync(1, folder.Path, "run", "t.sql", "--set", "path=in.jsonl");
        Assert.Contains("OS5001", error, StringComparison.Ordinal);
        Assert.Contains("in.jsonl:2:12", error, StringComparison.Ordinal);
        Assert.Contains("help: ", error, StringComparison.Ordinal);
        Assert.Contains("failed in ", error, StringComparison.Ordinal);
        Assert.DoesNotContain("fail:", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Or_is_skipped_and_counted()
    {
        using var folder = new Folder();
        folder.Write("t.sql", Table);
        folder.Write("in.jsonl", Lines);
        var (output, error) = await Ostream.ExpectAsync(
            0, folder.Path, "run", "t.sql", "--output", "jsonl", "--set", "path=in.jsonl", "--set", "more=, 'json.ignore-parse-errors' = 'true'");
        Assert.Equal([1, 3], output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement.GetProperty("row").GetProperty("a").GetInt32()));
        Assert.Equal(1, SummaryTable.Read(error).Sum("malformed"));
    }

    [Fact]
    public async Task A_script_with_errors_is_shown_with_carets()
    {
        using var folder = new Folder();
        folder.Write("t.sql", Table.Replace("SELECT a, b", "SELECT a, bb", StringComparison.Ordinal));
        foreach (string command in new[] { "run", "validate", "explain" })
        {
            var (output, error) = await Ostream.ExpectAsync(1, folder.Path, command, "t.sql", "--set", "path=in.jsonl");
            Assert.Equal("", output);
            Assert.Contains("error OS1004 at line 2, column 11\n  SELECT a, bb FROM t;\n            ^^ ", error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_placeholder_without_a_value_is_an_error_of_the_script()
    {
        using var folder = new Folder();
        folder.Write("t.sql", Table);
        var (_, error) = await Ostream.ExpectAsync(1, folder.Path, "validate", "t.sql");
        Assert.Contains("OS4003", error, StringComparison.Ordinal);
        Assert.Contains("help: give it one with --set path=", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData()]
    [InlineData("run")]
    [InlineData("run", "nowhere.sql")]
    [InlineData("run", "t.sql", "--set", "nothing")]
    [InlineData("run", "t.sql", "--output", "xml")]
    [InlineData("serve", "--urls", "http://0.0.0.0:8083")]
    [InlineData("serve", "--urls", "https://127.0.0.1:8083")]
    [InlineData("fly")]
    public async Task Wrong_usage_is_exit_code_2(params string[] args)
    {
        using var folder = new Folder();
        folder.Write("t.sql", Table);
        var (output, error) = await Ostream.ExpectAsync(2, folder.Path, args);
        Assert.Equal("", output);
        Assert.StartsWith("ostream: ", error, StringComparison.Ordinal);
    }
}
