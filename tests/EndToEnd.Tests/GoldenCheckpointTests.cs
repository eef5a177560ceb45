using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using OrleansStream.TestKit;
using OrleansStream.TestKit.Processes;
using Xunit;

namespace OrleansStream.EndToEnd.Tests;

/// <summary>
/// A checkpoint and a savepoint of disk format v1, as a process left them when it was killed in mid-job: every later version goes on from both. With UPDATE_GOLDEN=1
/// they are made anew if they are not there: a decision, since folders of users cannot be made anew.
/// </summary>
public class GoldenCheckpointTests
{
    private const int Rows = 600;

    /// <summary>Windows with numbers, aggregates with texts as keys, and which texts have been seen: state of each kind that a page can hold.</summary>
    private const string Script =
        """
        CREATE TABLE t (n BIGINT, ts AS TIMESTAMP '2026-01-01 00:00:00' + n * INTERVAL '1' SECOND, WATERMARK FOR ts AS ts)
        WITH ('connector' = 'datagen', 'rows-per-second' = '200', 'fields.n.kind' = 'sequence', 'fields.n.start' = '0', 'fields.n.end' = '599');
        CREATE TABLE w (m TIMESTAMP(3), k BIGINT, c BIGINT, n BIGINT) WITH ('connector' = 'filesystem', 'path' = 'windows', 'format' = 'json');
        CREATE TABLE a (k STRING, c BIGINT, n BIGINT) WITH ('connector' = 'filesystem', 'path' = 'sums', 'format' = 'changelog-json');
        EXECUTE STATEMENT SET BEGIN
        INSERT INTO w SELECT window_start, n % 7, COUNT(*), SUM(n) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end, n % 7;
        INSERT INTO a SELECT CONCAT('a key that is too long to be inline: ', CAST(n % 11 AS STRING)), COUNT(*), SUM(n) FROM t GROUP BY CONCAT('a key that is too long to be inline: ', CAST(n % 11 AS STRING));
        END;
        """;

    private static readonly string Kept = Path.Combine(Golden.Root, "checkpoints", "v1");

    [Fact]
    public async Task A_job_that_was_killed_goes_on()
    {
        await MakeAsync();
        using var folder = Copy();
        await using var server = await Server.StartAsync(folder, "--state", "state");
        string id = Path.GetFileName(Directory.GetDirectories(folder.File("state/jobs/default")).Single());
        var job = await server.JobAsync(id, j => j.GetProperty("ended").GetBoolean());
        Assert.True(Server.State(job) == "finished", job.ToString());
        Assert.Equal(2, job.GetProperty("generation").GetInt32());
        Check(folder);
    }

    [Theory, InlineData(1), InlineData(4)]
    public async Task Another_job_begins_from_the_savepoint_with_half_and_twice_the_shards(int shards)
    {
        await MakeAsync();
        using var folder = Copy();

        // Only the savepoint: the job that it was taken of is gone, and so is what that one wrote later.
        Directory.Delete(folder.File("state/jobs"), recursive: true);
        await using var server = await Server.StartAsync(folder, "--state", "state");
        var list = await server.Http.GetFromJsonAsync<JsonElement>("/api/v1/savepoints", TestContext.Current.CancellationToken);
        var savepoint = list.GetProperty("savepoints").EnumerateArray().Single();
        long epoch = savepoint.GetProperty("epoch").GetInt64();
        foreach (string later in Epochs(folder, "windows").Concat(Epochs(folder, "sums")).Where(e => Number(e) > epoch).ToArray()) Directory.Delete(later, recursive: true);
        string id = await server.SubmitAsync(
            "golden", Script, new() { ["parallelism.default"] = shards.ToString(CultureInfo.InvariantCulture), ["batch-size"] = "50" }, savepoint.GetProperty("id").GetString());
        var job = await server.JobAsync(id, j => j.GetProperty("ended").GetBoolean());
        Assert.True(Server.State(job) == "finished", job.ToString());
        Check(folder);
    }

    private static void Check(Folder folder)
    {
        var windows = Enumerable.Range(0, Rows).GroupBy(n => (Minute: n / 60, Key: n % 7))
            .Select(g => $$"""{"m":"2026-01-01 00:{{g.Key.Minute:00}}:00","k":{{g.Key.Key}},"c":{{g.Count()}},"n":{{g.Sum()}}}""");
        Assert.Equal(windows.Order(StringComparer.Ordinal), Lines(folder, "windows").Order(StringComparer.Ordinal));

        var sums = new SortedDictionary<string, (long, long)>(StringComparer.Ordinal);
        foreach (var change in Lines(folder, "sums").Select(l => JsonDocument.Parse(l).RootElement))
        {
            var row = change.GetProperty("data");
            string key = row.GetProperty("k").GetString()!;
            if (change.GetProperty("op").GetString() is "+I" or "+U") sums[key] = (row.GetProperty("c").GetInt64(), row.GetProperty("n").GetInt64());
        }

        var expected = Enumerable.Range(0, Rows).GroupBy(n => n % 11).Select(g => ($"a key that is too long to be inline: {g.Key}", ((long)g.Count(), (long)g.Sum())));
        Assert.Equal(expected.OrderBy(e => e.Item1, StringComparer.Ordinal), sums.Select(s => (s.Key, s.Value)));
    }

    // A process that is killed once it has taken a savepoint and then another checkpoint.
    private static async Task MakeAsync()
    {
        if (!Golden.Update || Directory.Exists(Kept)) return;
        using var folder = new Folder();
        await using (var server = await Server.StartAsync(folder, "--state", "state"))
        {
            string id = await server.SubmitAsync("golden", Script, new() { ["parallelism.default"] = "2", ["execution.checkpointing.interval"] = "300 ms" });
            await server.JobAsync(id, j => j.GetProperty("epoch").GetInt64() >= 2 && j.GetProperty("rowsOut").GetInt64() > 20);
            var asked = await server.Http.PostAsync($"/api/v1/jobs/{id}/savepoints", null, TestContext.Current.CancellationToken);
            var taken = await server.JsonAsync(asked.Headers.Location!.OriginalString, s => s.GetProperty("state").GetString() == "completed");
            await server.JobAsync(id, j => j.GetProperty("epoch").GetInt64() > taken.GetProperty("epoch").GetInt64());
            await server.KillAsync();
        }

        Copy(folder.Path, Kept);
    }

    private static Folder Copy()
    {
        var folder = new Folder();
        Copy(Kept, folder.Path);
        return folder;
    }

    // What is not state: the lock, and the database of the front doors, whose format is Orleans' own.
    private static void Copy(string from, string to)
    {
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string name = Path.GetRelativePath(from, file);
            if (Path.GetFileName(name) is "lock" || Path.GetFileName(name).StartsWith("grains.db", StringComparison.Ordinal)) continue;
            string target = Path.Combine(to, name);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    private static IEnumerable<string> Epochs(Folder folder, string path) => Directory.EnumerateDirectories(folder.File(path), "epoch-*").OrderBy(Number);

    private static long Number(string epoch) => long.Parse(Path.GetFileName(epoch).Split('-')[1], CultureInfo.InvariantCulture);

    private static IEnumerable<string> Lines(Folder folder, string path) =>
        Epochs(folder, path).SelectMany(e => Directory.EnumerateFiles(e, "part-*").Order(StringComparer.Ordinal)).SelectMany(File.ReadLines);
}
