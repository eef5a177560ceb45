using System.Diagnostics;
using System.Text.Json;
using OrleansStream.Reliability.Tests.Jobs;

namespace OrleansStream.Reliability.Tests;

/// <summary>What a schedule has come to.</summary>
/// <param name="Recoveries">of each fault: seconds until the next epoch of any job was visible.</param>
internal sealed record ScheduleResult(Schedule Schedule, IReadOnlyList<string> Wrong, int Generations, int Epochs, IReadOnlyList<double> Recoveries, TimeSpan Took);

/// <summary>Runs one schedule against real processes.</summary>
internal sealed class ScheduleRun : IAsyncDisposable
{
    /// <summary>The longest that anything may take; reached only when something is wrong.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    private readonly Schedule _schedule;
    private readonly Folder _folder;
    private readonly Silos _silos;
    private readonly List<Running> _jobs = [];
    private readonly List<string> _wrong = [];
    private readonly List<double> _recoveries = [];
    private readonly List<string> _told = [];
    private readonly CancellationTokenSource _done = new();

    private ScheduleRun(Schedule schedule, Folder folder, Silos silos) => (_schedule, _folder, _silos) = (schedule, folder, silos);

    private sealed record Running(CheckedJob Job, string Id, EpochWatch Watch)
    {
        public JsonElement? Last { get; set; }
    }

    /// <param name="keep">given the log of all processes when something is wrong.</param>
    public static async Task<ScheduleResult> RunAsync(Schedule schedule, Func<string> server, Action<string> keep)
    {
        long started = Stopwatch.GetTimestamp();
        using var folder = new Folder();
        await using var silos = await Silos.StartAsync(folder, schedule.Silos, server, $"schedule_{schedule.Seed}_{Environment.ProcessId}");
        await using var run = new ScheduleRun(schedule, folder, silos);
        try
        {
            await run.RunAsync();
        }
        catch (Exception e) when (e is TimeoutException or Xunit.Sdk.XunitException)
        {
            run._wrong.Add(e.Message);
        }

        if (run._wrong.Count > 0 || Environment.GetEnvironmentVariable("OSTREAM_SCHEDULES_LOG") is not null) keep($"{string.Join('\n', run._told)}\n{silos.Log()}");
        return new ScheduleResult(
            schedule, run._wrong, run._jobs.Sum(j => j.Last?.GetProperty("generation").GetInt32() ?? 0), run._jobs.Sum(j => j.Watch.Count), run._recoveries, Stopwatch.GetElapsedTime(started));
    }

    public async ValueTask DisposeAsync()
    {
        await _done.CancelAsync();
        _done.Dispose();
    }

    private async Task RunAsync()
    {
        foreach (var (job, i) in _schedule.Jobs.Select((j, i) => (j, i)))
        {
            string path = _folder.File($"out-{i}");
            string id = await _silos.SubmitAsync(i % _silos.Count, job.Name, job.Script(_schedule.Size, path), _schedule.Settings);
            _jobs.Add(new Running(job, id, new EpochWatch(path)));
        }

        Tell("submitted");
        var looking = LookAsync();
        await UntilAsync(() => _jobs.All(j => j.Watch.Count > 0), "first output of all jobs");
        Tell("first output of all jobs");
        if (_schedule.AtEnd) await UntilAsync(() => _jobs.Any(IsAboutToEnd), "a job that is about to end");
        foreach (var fault in _schedule.Faults) await StrikeAsync(fault);
        foreach (var job in _jobs) await EndedAsync(job);
        Tell("all jobs have ended");
        await _done.CancelAsync();
        await looking;
        foreach (var job in _jobs) Judge(job);
    }

    private void Judge(Running job)
    {
        string name = job.Job.Name;
        string state = Server.State(job.Last!.Value);
        if (state != "finished") _wrong.Add($"{name} ended as {state}: {job.Last.Value.GetProperty("why")}");
        var verdict = Verdict.Of(job.Job, _schedule.Size, job.Watch.Lines());
        if (!verdict.Right) _wrong.Add($"{name}: {verdict}");
        _wrong.AddRange(job.Watch.Changed.Select(c => $"{name}: {c}"));
    }

    private async Task StrikeAsync(Fault fault)
    {
        await Task.Delay(fault.AfterMs);
        Tell($"before {fault}");
        int seen = Seen();
        long at = Stopwatch.GetTimestamp();
        switch (fault.Kind)
        {
            case FaultKind.Kill:
                await _silos.KillAsync(fault.Silo);
                await RestartAsync(fault.Silo, fault);
                break;
            case FaultKind.KillAll:
                await Task.WhenAll(Enumerable.Range(0, _silos.Count).Select(_silos.KillAsync));
                await Task.WhenAll(Enumerable.Range(0, _silos.Count).Select(s => RestartAsync(s, fault)));
                break;
            case FaultKind.Terminate:
                int code = await _silos.TerminateAsync(fault.Silo);
                if (code != 0) _wrong.Add($"{fault}: exit code {code}");
                await RestartAsync(fault.Silo, fault);
                break;
            case FaultKind.PauseShort:
                _silos.Server(fault.Silo).Process.Pause();
                await Task.Delay(TimeSpan.FromSeconds(4));
                _silos.Server(fault.Silo).Process.Resume();
                break;
            case FaultKind.PauseLong:
                _silos.Server(fault.Silo).Process.Pause();
                await Task.WhenAll(Task.Delay(TimeSpan.FromSeconds(15)), _silos.GivenUpAsync(fault.Silo));
                _silos.Server(fault.Silo).Process.Resume();
                await _silos.EndedAsync(fault.Silo);
                await _silos.StartAsync(fault.Silo);
                break;
            default: throw new InvalidOperationException($"no rule for {fault}");
        }

        Tell($"after {fault}");
        if (!fault.Recovered) return;
        // A job that had written its last epoch has nothing to show.
        await UntilAsync(() => Seen() > seen || AllEnded(), $"output after '{fault}'");
        if (Seen() > seen) _recoveries.Add(Stopwatch.GetElapsedTime(at).TotalSeconds);
        Tell($"recovered from {fault}");
    }

    private async Task RestartAsync(int silo, Fault fault)
    {
        await Task.Delay(fault.DownMs);
        await _silos.StartAsync(silo);
    }

    private void Tell(string what) => _told.Add($"{DateTime.UtcNow:HH:mm:ss.fff} {what}; epochs {string.Join(", ", _jobs.Select(j => $"{j.Job.Name} {j.Watch.Count}"))}");

    private bool IsAboutToEnd(Running job) =>
        job.Last is { } last && (last.GetProperty("ended").GetBoolean() || last.GetProperty("rowsIn").GetInt64() >= job.Job.RowsIn(_schedule.Size) * 9L / 10);

    private int Seen() => _jobs.Sum(j => j.Watch.Count);

    private bool AllEnded() => _jobs.All(j => j.Last?.GetProperty("ended").GetBoolean() == true);

    private Task EndedAsync(Running job) => UntilAsync(() => job.Last?.GetProperty("ended").GetBoolean() == true, $"end of {job.Job.Name}");

    private async Task LookAsync()
    {
        var asking = AskAsync();
        while (!_done.IsCancellationRequested)
        {
            foreach (var job in _jobs) job.Watch.Look();
            await Task.Delay(Look);
        }

        await asking;
    }

    private async Task AskAsync()
    {
        while (!_done.IsCancellationRequested)
        {
            foreach (var job in _jobs) job.Last = await _silos.JobAsync(job.Id) ?? job.Last;
            await Task.Delay(Look * 5);
        }
    }

    private async Task UntilAsync(Func<bool> holds, string what)
    {
        long from = Stopwatch.GetTimestamp();
        while (!holds())
        {
            if (Stopwatch.GetElapsedTime(from) > Patience)
                throw new TimeoutException($"waited {Patience} for {what}; {string.Join("; ", _jobs.Select(j => $"{j.Job.Name}: {j.Watch.Count} epochs, {j.Last}"))}");
            await Task.Delay(Look);
        }
    }
}
