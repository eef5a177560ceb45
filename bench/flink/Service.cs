using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace OrleansStream.Bench.Flink;

/// <summary>Why a script does not run.</summary>
internal sealed class RefusedException(string why) : Exception(why);

/// <summary>Time of one job, from its submission until its last rows are committed.</summary>
/// <param name="Cpu">processor seconds of the whole service meanwhile.</param>
internal readonly record struct JobTime(double Wall, double Cpu);

/// <summary><c>ostream serve</c> on one core, kept for many jobs, so that they meet a warm process as Flink's do.</summary>
internal sealed class Service : IDisposable
{
    private const int TicksPerSecond = 100;
    // A status costs the service about a millisecond.
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    private readonly string _state = Directory.CreateTempSubdirectory("ostream-flink-").FullName;
    private readonly Process _process;
    private readonly HttpClient _http;

    public Service(string ostream, int core)
    {
        string url = $"http://127.0.0.1:{FreePort()}";
        _http = new HttpClient { BaseAddress = new Uri($"{url}/api/v1/") };
        var start = new ProcessStartInfo("taskset", ["-c", $"{core}", ostream, "serve", "--urls", url, "--state", _state])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = Process.Start(start) ?? throw new InvalidOperationException($"{ostream} did not start");
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, e) => { if (e.Data is not null) Console.Error.WriteLine(e.Data); };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        long began = Stopwatch.GetTimestamp();
        while (!Ready())
        {
            if (_process.HasExited || Stopwatch.GetElapsedTime(began) > TimeSpan.FromMinutes(2)) throw new InvalidOperationException("ostream serve did not come up");
            Thread.Sleep(200);
        }
    }

    /// <exception cref="RefusedException">it does not plan, or the job fails.</exception>
    public JobTime Run(string sql)
    {
        var cpu = CpuSeconds();
        long began = Stopwatch.GetTimestamp();
        // Flink runs without checkpoints here; the final one commits the end.
        var request = new { sql, settings = new Dictionary<string, string> { ["execution.checkpointing.interval"] = "1 h", ["parallelism.default"] = "1" } };
        using var answer = _http.PostAsJsonAsync("jobs", request).Result;
        var body = JsonSerializer.Deserialize<JsonElement>(answer.Content.ReadAsStringAsync().Result);
        if (!answer.IsSuccessStatusCode) throw new RefusedException(Why(body));
        string id = body.GetProperty("id").GetString()!;
        while (true)
        {
            var status = _http.GetFromJsonAsync<JsonElement>($"jobs/{id}").Result;
            string state = status.GetProperty("state").GetString()!;
            if (state.Equals("finished", StringComparison.OrdinalIgnoreCase)) break;
            if (state.ToLowerInvariant() is "failed" or "stopped" or "cancelled") throw new RefusedException($"{state}: {status.GetProperty("faults")}");
            Thread.Sleep(Poll);
        }

        return new JobTime(Stopwatch.GetElapsedTime(began).TotalSeconds, CpuSeconds() - cpu);
    }

    public void Dispose()
    {
        using (var stop = Process.Start("kill", ["-TERM", $"{_process.Id}"])) stop.WaitForExit();
        _process.WaitForExit();
        _process.Dispose();
        _http.Dispose();
        Directory.Delete(_state, recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Why(JsonElement problem)
    {
        foreach (string list in new[] { "findings", "diagnostics", "errors" })
            if (problem.TryGetProperty(list, out var all) && all.ValueKind == JsonValueKind.Array && all.GetArrayLength() > 0)
                return all[0].TryGetProperty("message", out var m) ? m.GetString()! : all[0].ToString();
        return problem.TryGetProperty("detail", out var detail) ? detail.GetString()! : problem.ToString();
    }

    private bool Ready()
    {
        try
        {
            using var answer = _http.GetAsync(new Uri("jobs", UriKind.Relative)).Result;
            return answer.IsSuccessStatusCode;
        }
        catch (AggregateException e) when (e.InnerException is HttpRequestException)
        {
            return false;
        }
    }

    // Fields 14 and 15 of /proc/PID/stat: user and system time in ticks; taskset has become the service.
    private double CpuSeconds()
    {
        string[] fields = File.ReadAllText($"/proc/{_process.Id}/stat").Split(") ")[1].Split(' ');
        return (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }
}
