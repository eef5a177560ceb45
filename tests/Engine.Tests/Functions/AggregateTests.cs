using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Functions;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;
using OrleansStream.Engine.Tests.Expressions;
using Xunit;

namespace OrleansStream.Engine.Tests.Functions;

/// <summary>Results of aggregates over given values.</summary>
public class AggregateTests
{
    [Theory]
    [InlineData("COUNT", "INT", "1,NULL,3", "2")]
    [InlineData("SUM", "INT", "2147483647,1", "-2147483648")]
    [InlineData("SUM", "TINYINT", "100,100", "-56")]
    [InlineData("SUM", "DECIMAL(5, 2)", "1.50,2.25,NULL", "3.75")]
    [InlineData("SUM", "DECIMAL(38, 0)", "99999999999999999999999999999999999999,1", "NULL")]
    [InlineData("SUM", "DOUBLE", "NULL", "NULL")]
    [InlineData("SUM", "DOUBLE", "0.5,0.25", "0.75")]
    [InlineData("AVG", "INT", "1,2,4", "2")]
    [InlineData("AVG", "INT", "-1,-2,-4", "-2")]
    [InlineData("AVG", "DECIMAL(5, 2)", "1.00,2.00,2.00", "1.666667")]
    [InlineData("AVG", "DOUBLE", "1.0,2.0", "1.5")]
    [InlineData("MIN", "STRING", "banana,apple,a longer text than twelve,NULL", "a longer text than twelve")]
    [InlineData("MAX", "STRING", "banana,apple,a longer text than twelve,NULL", "banana")]
    [InlineData("MIN", "TINYINT", "3,-5", "-5")]
    [InlineData("MAX", "DATE", "2024-02-03,2023-12-31", "2024-02-03")]
    [InlineData("MAX", "BOOLEAN", "FALSE,TRUE", "TRUE")]
    [InlineData("MIN", "TIMESTAMP(9)", "2024-02-03 00:00:00.000000002,2024-02-03 00:00:00.000000001", "2024-02-03 00:00:00.000000001")]
    [InlineData("FIRST_VALUE", "STRING", "NULL,b,a", "b")]
    [InlineData("LAST_VALUE", "INT", "3,1,NULL", "1")]
    [InlineData("LISTAGG", "STRING", "a,NULL,a rather long text,c", "a,a rather long text,c")]
    [InlineData("VAR_POP", "SMALLINT", "16,32,48", "170")]
    [InlineData("STDDEV_SAMP", "SMALLINT", "16,32,48", "16")]
    [InlineData("STDDEV_POP", "DECIMAL(10, 2)", "0.27,0.28,0.29", "0.008165")]
    [InlineData("VAR_SAMP", "DECIMAL(10, 2)", "0.27,0.28,0.29", "0.000100")]
    [InlineData("VAR_SAMP", "DOUBLE", "0.27", "NULL")]
    [InlineData("STDDEV_SAMP", "DOUBLE", "0.27,0.27,0.27", "0.0")]
    public void Gives(string name, string typeText, string values, string expected)
    {
        var type = SqlTypeText.Parse(typeText);
        Assert.Equal(expected, Run(name, type, [.. values.Split(',').Select(v => v == "NULL" ? null : v)]));
    }

    internal static string Run(string name, SqlType type, string?[] values)
    {
        var resolved = FunctionCatalog.Aggregates[name].Resolve([type])!;
        var aggregate = FunctionCatalog.Bind(new AggregateCall(name, [1], resolved.Arguments, -1, false, resolved.Result));
        using var state = new ShardState();
        var table = state.Of("op").Value(new StateSpec("t", 1, StateKind.Value, Schema.Of(("k", SqlType.BigInt)), null, new Schema([.. aggregate.State.Select((t, i) => new Field($"s{i}", t))]), Ttl.None));
        aggregate.Bind(table.Layout, 0);
        var batch = Rowset.Of(Schema.Of(("k", SqlType.BigInt), ("v", type)), [.. values.Select(v => new[] { "1", v })]);
        int[] rows = [.. Enumerable.Range(0, values.Length)];
        var hashes = new ulong[values.Length];
        RowHash.Hash(batch, [0], hashes);
        var records = new nint[values.Length];
        table.Resolve(batch, [0], rows, hashes, Access.Write, records, new ulong[Bitmap.WordsFor(values.Length)]);
        aggregate.Add(table, batch, rows, records);
        var builder = ColumnBuilder.Create(resolved.Result);
        aggregate.WriteResult(table, records.AsSpan(0, 1), builder);
        return Rowset.Texts(builder.Build(), [0])[0] ?? "NULL";
    }
}
