using System.Collections.Immutable;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using OrleansStream.Columns;
using OrleansStream.Connectors;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.Connect;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;
using OrleansStream.Sql.Planning;
using OrleansStream.TestKit;
using OrleansStream.TestKit.Simulated;
using Xunit;

namespace OrleansStream.EndToEnd.Tests;

/// <summary>
/// Nexmark's queries over 20,000 events on the real hosts in a simulated silo: the final table is that of Flink 2.3, whatever the number of shards and the size of batches.
/// </summary>
public class NexmarkResultTests
{
    private static readonly ConnectorRegistry Registry = ConnectorRegistry.Scan(typeof(ConnectorRegistry).Assembly, typeof(NexmarkResultTests).Assembly);

    public static TheoryData<string, int, int> Runs()
    {
        var data = new TheoryData<string, int, int>();
        foreach (string query in new[] { "q0", "q1", "q2", "q3", "q4", "q5", "q7", "q8", "q9", "q11", "q12-sum", "q15", "q16", "q17", "q18", "q19", "q20", "q21", "q22" })
            foreach (var (shards, batch) in new[] { (1, 2048), (3, 7) }) data.Add(query, shards, batch);
        return data;
    }

    [Theory, MemberData(nameof(Runs))]
    public void Gives_the_table_of_Flink(string query, int shards, int batch)
    {
        var rows = Run(query, shards, batch);
        Assert.Equal(Expected(query), rows.Order(StringComparer.Ordinal));
    }

    // Which window a bid falls into is the clock's affair; that each falls into one is not.
    [Theory, InlineData(1, 2048), InlineData(3, 7)]
    public void Windows_of_processing_time_hold_each_bid_once(int shards, int batch)
    {
        var rows = Run("q12", shards, batch).Select(r => r.Split(',')).ToList();
        Assert.All(rows, r => Assert.Equal(TimeSpan.FromSeconds(10), DateTime.Parse(r[3], CultureInfo.InvariantCulture) - DateTime.Parse(r[2], CultureInfo.InvariantCulture)));
        Assert.Equal(rows.Count, rows.DistinctBy(r => (r[0], r[2])).Count());
        var sums = rows.GroupBy(r => r[0]).Select(g => $"{g.Key},{g.Sum(r => long.Parse(r[1], CultureInfo.InvariantCulture))}");
        Assert.Equal(Expected("q12-sum"), sums.Order(StringComparer.Ordinal));
    }

    private static List<string> Run(string query, int shards, int batch)
    {
        string folder = Shared.Require("bench/flink");
        string sql = $"SET 'parallelism.default' = '{shards}'; SET 'batch-size' = '{batch}';\n" + File.ReadAllText(Path.Combine(folder, "queries/ddl.sql")) + File.ReadAllText(Path.Combine(folder, $"queries/{query}.sql"));
        var values = new Dictionary<string, string> { ["EVENTS"] = "20000", ["RATE"] = "1000", ["SEED"] = "42", ["BASE"] = "1600000000000", ["SKIP"] = "false", ["AHEAD"] = "false", ["POLL"] = "64", ["KEYS"] = "0" };
        foreach (var (name, value) in values) sql = sql.Replace("${" + name + "}", value, StringComparison.Ordinal);
        sql = sql.Replace("nexmark-mem", "nexmark", StringComparison.Ordinal).Replace("'blackhole'", "'table-of-rows'", StringComparison.Ordinal);
        var plan = SqlScript.Plan(sql, new PlannerOptions(), new ConnectorSchemas(Registry.Schemas));
        Assert.False(plan.HasErrors, plan.Report);
        var cluster = new Cluster(null, 1, _ => new ShardState()) { Connectors = Registry.Connector, IsFatal = _ => true };
        TableOfRows.Rows = new(StringComparer.Ordinal);
        cluster.Submit(plan.Job!);
        var end = cluster.RunToEnd(50_000_000);
        Assert.True(end == DesiredState.Finished, $"{end}: {string.Join("; ", cluster.Failures)}");
        return [.. TableOfRows.Rows.SelectMany(r => Enumerable.Repeat(r.Key, r.Value))];
    }

    private static IEnumerable<string> Expected(string query)
    {
        using var zipped = new GZipStream(File.OpenRead(Path.Combine(Shared.Require("bench/flink"), $"expected/{query}-20000.csv.gz")), CompressionMode.Decompress);
        using var reader = new StreamReader(zipped, Encoding.UTF8);
        return [.. reader.ReadToEnd().TrimEnd('\n').Split('\n').Skip(1).Order(StringComparer.Ordinal)];
    }
}

/// <summary>A sink that keeps the table which its changes come to, as lines of Flink's CSV.</summary>
[Connector("table-of-rows")]
public sealed class TableOfRows : Connector
{
    /// <summary>How often each row is there.</summary>
    public static Dictionary<string, int> Rows { get; set; } = [];

    public override OptionSchema Schema { get; } = new("table-of-rows", "A table in memory.", false, true, [], []) { TakesUpdates = true };

    public override ISinkWriter CreateWriter(SinkContext context) => new Writer();

    private sealed class Writer : ISinkWriter
    {
        public void Encode(Batch batch, System.Buffers.IBufferWriter<byte> buffer)
        {
            for (int i = 0; i < batch.Count; i++)
            {
                int row = batch.Selection is { } s ? s.Rows[i] : i;
                string line = string.Join(',', batch.Columns.Select(c => Cell(c, row)));
                int n = Rows.GetValueOrDefault(line) + (batch.KindAt(row).IsAdd() ? 1 : -1);
                if (n == 0) Rows.Remove(line);
                else Rows[line] = n;
            }
        }

        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel) => default;

        public ValueTask<ImmutableArray<byte[]>> PrepareAsync(long epoch, CancellationToken cancel) => ValueTask.FromResult<ImmutableArray<byte[]>>([]);

        public ValueTask DisposeAsync() => default;

        private static string Cell(Column column, int row)
        {
            if (column.IsNull(row)) return "\\N";
            if (column is TextColumn text) return Encoding.UTF8.GetString(text[row]);
            if (column.Type.Kind == TypeKind.Timestamp && column is FixedColumn<long> ms) return DateTime.UnixEpoch.AddMilliseconds(ms.Values[row]).ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);
            return RowText.Value(column, row);
        }
    }
}
