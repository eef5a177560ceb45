using OrleansStream.Cli.Output;
using OrleansStream.Columns;
using Xunit;

namespace OrleansStream.EndToEnd.Tests.Output;

public class ResultTableTests
{
    [Fact]
    public void An_update_keeps_its_place() => Assert.Equal(
        ["a 2", "b 1"],
        Table((RowKind.Insert, "a 1"), (RowKind.Insert, "b 1"), (RowKind.UpdateBefore, "a 1"), (RowKind.UpdateAfter, "a 2")));

    [Fact]
    public void A_delete_takes_one_of_equal_rows() =>
        Assert.Equal(["x", "y"], Table((RowKind.Insert, "x"), (RowKind.Insert, "x"), (RowKind.Insert, "y"), (RowKind.Delete, "x")));

    [Fact]
    public void A_place_that_a_delete_left_is_not_given_to_an_insert() =>
        Assert.Equal(["b", "c"], Table((RowKind.Insert, "a"), (RowKind.Insert, "b"), (RowKind.Delete, "a"), (RowKind.Insert, "c")));

    [Fact]
    public void Taking_away_what_is_not_there_changes_nothing() => Assert.Equal(["a"], Table((RowKind.Delete, "b"), (RowKind.Insert, "a")));

    [Fact]
    public void The_oldest_rows_go_first()
    {
        var table = new ResultTable(2);
        foreach (string row in new[] { "a", "b", "a", "c" }) table.Apply(RowKind.Insert, [row]);
        Assert.Equal(["a", "c"], table.Rows.Select(r => r[0]));
        Assert.Equal(2, table.Dropped);
        // The place of the row that went is forgotten: only the younger 'a' can be taken away.
        table.Apply(RowKind.Delete, ["a"]);
        table.Apply(RowKind.Delete, ["a"]);
        Assert.Equal(["c"], table.Last(5).Select(r => r[0]));
    }

    private static IEnumerable<string> Table(params (RowKind Kind, string Row)[] changes)
    {
        var table = new ResultTable(1000);
        foreach (var (kind, row) in changes) table.Apply(kind, [row]);
        return table.Rows.Select(r => r[0]);
    }
}
