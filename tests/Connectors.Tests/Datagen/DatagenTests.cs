using OrleansStream.Columns;
using OrleansStream.Connectors.Datagen;
using OrleansStream.Engine.Connect;
using OrleansStream.Engine.Plan;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Connectors.Tests.Datagen;

public sealed class DatagenSourceTests : SourceContract
{
    private static readonly TableRef Table = Tables.Of(
        "datagen", "id BIGINT, s STRING, d DECIMAL(8, 2)",
        ("fields.id.kind", "sequence"), ("fields.id.start", "1"), ("fields.id.end", "500"), ("fields.s.length", "20"), ("scan.parallelism", "3"), ("rows-per-second", "1000000000"));

    protected override Connector Connector { get; } = new DatagenConnector();

    protected override SourceContext Context => Tables.Source(Table);

    /// <summary>The table of one split: how many splits share the rows changes none.</summary>
    protected override IReadOnlyList<string> Expected
    {
        get
        {
            var b = new BatchBuilder(Table.Schema);
            Open(Table with { Options = Table.Options.SetItem("scan.parallelism", "1") }, "0/1").Fill(b, 1000, 0);
            var batch = b.Build();
            return [.. Enumerable.Range(0, batch.Length).Select(r => RowText.Print(batch, r, false))];
        }
    }

    private static IComputedReader Open(TableRef table, string split, long from = 0)
    {
        var reader = (IComputedReader)new DatagenConnector().CreateReader(Tables.Source(table));
        reader.OpenAsync(new Split("0000", split), new SplitPosition(from), default).AsTask().GetAwaiter().GetResult();
        return reader;
    }

    [Fact]
    public void Values_stay_in_their_bounds()
    {
        var table = Tables.Of(
            "datagen", "a INT, b TINYINT, c DOUBLE, d STRING, e STRING, f BOOLEAN, g TIMESTAMP(3), h ARRAY<INT>, r ROW<x SMALLINT, y MAP<STRING, BIGINT>>, n INT, k DECIMAL(4, 1)",
            ("number-of-rows", "2000"), ("rows-per-second", "1000000000"), ("fields.a.min", "-5"), ("fields.a.max", "5"), ("fields.c.min", "0"), ("fields.c.max", "1"), ("fields.d.length", "7"),
            ("fields.e.length", "30"), ("fields.e.var-len", "true"), ("fields.g.max-past", "10 s"), ("fields.h.length", "4"), ("fields.h.element.min", "3"), ("fields.h.element.max", "4"),
            ("fields.r.x.min", "1"), ("fields.r.x.max", "2"), ("fields.n.null-rate", "0.25"));
        Assert.Empty(new DatagenConnector().Validate(table));
        var b = new BatchBuilder(table.Schema);
        Assert.Equal(2000, Open(table, "0/1").Fill(b, 2000, 0));
        var batch = b.Build();
        Assert.Equal(Enumerable.Range(-5, 11), ((FixedColumn<int>)batch.Columns[0]).Values.ToArray().Distinct().Order());
        Assert.True(((FixedColumn<byte>)batch.Columns[1]).Values.ToArray().Distinct().Count() > 200);
        Assert.All(((FixedColumn<double>)batch.Columns[2]).Values.ToArray(), v => Assert.InRange(v, 0, 1));
        Assert.All(((TextColumn)batch.Columns[3]).Views.ToArray(), v => Assert.Equal(7, v.Length));
        Assert.Equal(Enumerable.Range(0, 31), ((TextColumn)batch.Columns[4]).Views.ToArray().Select(v => v.Length).Distinct().Order());
        Assert.Equal([(byte)0, (byte)1], ((FixedColumn<byte>)batch.Columns[5]).Values.ToArray().Distinct().Order());
        long now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        Assert.All(((FixedColumn<long>)batch.Columns[6]).Values.ToArray(), v => Assert.InRange(v, now - 70_000, now));
        var list = (ListColumn)batch.Columns[7];
        Assert.Equal(8000, list.Offsets[^1]);
        Assert.All(((FixedColumn<int>)list.Elements).Values.ToArray(), v => Assert.InRange(v, 3, 4));
        Assert.InRange(Enumerable.Range(0, 2000).Count(batch.Columns[9].IsNull), 400, 600);
    }

    [Fact]
    public void The_rate_is_kept_and_no_pause_is_made_up_for()
    {
        var reader = Open(Tables.Of("datagen", "a INT", ("rows-per-second", "100")), "0/1");
        var b = new BatchBuilder(Tables.Schema("a INT"));
        Assert.Equal(1, reader.Fill(b, 1000, 5000));
        Assert.Equal(0, reader.Fill(b, 1000, 5000));
        Assert.Equal(5010, reader.NextDueMs);
        Assert.Equal(1, reader.Fill(b, 1000, 5010));
        Assert.Equal(50, reader.Fill(b, 1000, 5510));
        Assert.Equal(101, reader.Fill(b, 1000, 65_510));
        Assert.Equal(0, reader.Fill(b, 1000, 65_510));
        Assert.False(reader.Ended);
    }

    [Fact]
    public void Other_seeds_and_other_fields_give_other_values()
    {
        string First(string columns, string seed)
        {
            var table = Tables.Of("datagen", columns, ("number-of-rows", "1"), ("seed", seed));
            var b = new BatchBuilder(table.Schema);
            Open(table, "0/1").Fill(b, 1, 0);
            return RowText.Print(b.Build(), 0, false);
        }

        var one = First("a BIGINT, b BIGINT", "1").Split(' ');
        Assert.NotEqual(one[0], one[1]);
        Assert.Equal(one, First("a BIGINT, b BIGINT", "1").Split(' '));
        Assert.NotEqual(one, First("a BIGINT, b BIGINT", "2").Split(' '));
    }

    [Theory]
    [InlineData("fields.a.min", "x", "'x' is no Int64")]
    [InlineData("fields.b.min", "1", "no such field or option")]
    [InlineData("fields.a.kind", "sequence", "'fields.a.start'")]
    [InlineData("fields.a.null-rate", "2", "between 0 and 1")]
    [InlineData("fields.a.max", "3000000000", "≤")]
    public void Wrong_options_are_named(string option, string value, string message) =>
        Assert.Contains(message, Assert.Single(new DatagenConnector().Validate(Tables.Of("datagen", "a INT", (option, value)))), StringComparison.Ordinal);

    [Fact]
    public void Sequences_of_all_kinds()
    {
        var table = Tables.Of("datagen", "a TINYINT, b DECIMAL(5, 2), c STRING, d DOUBLE", [.. "abcd".SelectMany(f => new[] { ($"fields.{f}.kind", "sequence"), ($"fields.{f}.start", "7"), ($"fields.{f}.end", f == 'c' ? "8" : "99") })]);
        var reader = Open(table, "0/1");
        var b = new BatchBuilder(table.Schema);
        Assert.Equal(2, reader.Fill(b, 10, 0));
        Assert.True(reader.Ended);
        var batch = b.Build();
        Assert.Equal(["7 7.00 7 7", "8 8.00 8 8"], Enumerable.Range(0, 2).Select(r => RowText.Print(batch, r, false)));
    }
}
