using System.Collections.Immutable;
using OrleansStream.Engine.Checkpoints;

namespace OrleansStream.Runtime;

/// <summary>
/// When this silo last heard of each run. A pure book: it is told the time, and says which jobs of the journal nobody runs. Used on one agent's turns.
/// </summary>
public sealed class Heard
{
    /// <summary>A run is given this long before it is doubted, in ms.</summary>
    public const long SilenceMs = 2_000;

    private readonly Dictionary<string, (int Generation, long AtMs)> _runs = [];

    public void Beat(IEnumerable<(string Job, int Generation)> runs, long nowMs)
    {
        foreach (var run in runs)
            if (!_runs.TryGetValue(run.Job, out var held) || held.Generation <= run.Generation) _runs[run.Job] = (run.Generation, nowMs);
    }

    /// <summary>Whether that generation or a later one has not been heard of for so long. One that is asked about for the first time is given the benefit of the doubt.</summary>
    public bool IsSilent(string job, int generation, long nowMs)
    {
        if (_runs.TryGetValue(job, out var held) && held.Generation >= generation) return nowMs - held.AtMs > SilenceMs;
        _runs[job] = (generation, nowMs);
        return false;
    }

    /// <summary>An agent whose own timer was late has missed beats itself: everything counts as heard now.</summary>
    public void StartAnew(long nowMs)
    {
        foreach (string job in _runs.Keys.ToArray()) _runs[job] = _runs[job] with { AtMs = nowMs };
    }

    /// <summary>
    /// The jobs that ought to run and do not: their run's silo is gone, or their run has been silent. A job seen for the first time is given the benefit of the doubt
    /// while its run's silo lives.
    /// </summary>
    /// <param name="listens">whether beats of that silo come here: of others silence says nothing.</param>
    public ImmutableArray<(JournalHead Head, string Cause)> Silent(IEnumerable<JournalHead> heads, Func<string, bool> isLive, Func<string, bool> listens, long nowMs)
    {
        var silent = ImmutableArray.CreateBuilder<(JournalHead, string)>();
        foreach (var head in heads)
        {
            string job = head.Job.ToString();
            if (head.Begin is not { } begin) silent.Add((head, "submitted, but never begun"));
            else if (!isLive(begin.RunSilo)) silent.Add((head, $"silo {begin.RunSilo} of its run is gone"));
            else if (!_runs.TryGetValue(job, out var held) || held.Generation < begin.Generation) _runs[job] = (begin.Generation, nowMs);
            else if (nowMs - held.AtMs > SilenceMs && listens(begin.RunSilo)) silent.Add((head, $"its run on {begin.RunSilo} has not been heard of for {nowMs - held.AtMs} ms"));
        }

        return silent.ToImmutable();
    }
}
