using Xunit;

namespace OrleansStream.EndToEnd.Tests;

/// <summary>Ctrl-C: an end like any other, but for its exit code.</summary>
public class InterruptTests
{
    // Twenty rows a second for ever.
    private const string Source =
        "CREATE TABLE t (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '20', 'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '100000000');\n";

    [Fact]
    public async Task A_select_ends_with_130()
    {
        using var folder = new Folder();
        folder.Write("t.sql", Source + "SELECT n FROM t;");
        await using var ostream = Ostream.Start(folder.Path, "run", "t.sql", "--output", "jsonl");
        await ostream.LineAsync("{\"n\":1}");
        ostream.Interrupt();
        Assert.Equal(130, await ostream.EndAsync());
        Assert.Contains("cancelled in ", ostream.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_insert_commits_what_it_has()
    {
        using var folder = new Folder();
        folder.Write(
            "t.sql",
            Source
            + "CREATE TABLE f (n BIGINT) WITH ('connector' = 'filesystem', 'path' = 'out', 'format' = 'json');\n"
            + "CREATE TABLE p (n BIGINT) WITH ('connector' = 'print');\n"
            + "EXECUTE STATEMENT SET BEGIN INSERT INTO f SELECT n FROM t; INSERT INTO p SELECT n FROM t; END;");
        await using var ostream = Ostream.Start(folder.Path, "run", "t.sql");
        await ostream.LineAsync("+I[3]");
        ostream.Interrupt();
        Assert.Equal(130, await ostream.EndAsync());

        var epochs = Directory.EnumerateDirectories(folder.File("out"), "epoch-*");
        var lines = epochs.SelectMany(e => Directory.EnumerateFiles(e, "part-*")).SelectMany(File.ReadAllLines).ToHashSet();
        Assert.Superset(new HashSet<string> { "{\"n\":1}", "{\"n\":2}", "{\"n\":3}" }, lines);
        Assert.Contains("stopped in ", ostream.Error, StringComparison.Ordinal);
    }
}
