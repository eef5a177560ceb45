using OrleansStream.Engine.Checkpoints;

namespace OrleansStream.Runtime;

/// <summary>Something that an <see cref="Executor"/> runs, never on two threads at once.</summary>
public abstract class Work
{
    internal enum Place : byte
    {
        Idle,
        Queued,
        Running,
        RunningAndWoken,
    }

    internal volatile Place At;

    protected Work(JobQueue queue, int stage)
    {
        Queue = queue;
        Stage = stage;
    }

    /// <summary>Of the job: its units share the job's turn.</summary>
    public JobQueue Queue { get; }

    public int Stage { get; }

    /// <summary>Runs one unit, at most about 2 ms, to its end. True = there is more to do now; false = nothing until woken.</summary>
    protected internal abstract bool Unit();
}

/// <summary>
/// A job's run queue: its shards take turns, and the job with the least virtual run time (measured time ÷ weight) goes next. The time of every unit is charged here.
/// </summary>
public sealed class JobQueue
{
    internal readonly Queue<Work> Ready = new();
    internal double Virtual;
    internal double Tokens;
    internal long Refilled;
    private readonly long[] _ticks;

    /// <param name="weight">CU of the job.</param>
    /// <param name="quota">cores that the job may use on this silo; 0 = as many as there are.</param>
    public JobQueue(JobKey job, int stages, double weight = 1, double quota = 0)
    {
        Job = job;
        Weight = weight;
        Quota = quota;
        Memory = new Account($"job {job}");
        _ticks = new long[stages];
    }

    public JobKey Job { get; }

    public double Weight { get; }

    public double Quota { get; }

    /// <summary>What the job's shards hold on this silo.</summary>
    public Account Memory { get; }

    /// <summary>Run time of a stage's shards on this silo, in ticks of the time provider's timestamp.</summary>
    public long TicksOf(int stage) => Volatile.Read(ref _ticks[stage]);

    internal void Charge(int stage, long ticks)
    {
        Interlocked.Add(ref _ticks[stage], ticks);
        Virtual += ticks / Weight;
    }
}

/// <summary>
/// Runs shard hosts on threads of its own, so that computing is metered per job and never competes with sockets and membership probes for the pool.
/// With 0 threads it is driven by hand (<see cref="RunOne"/>): the simulation's mode.
/// </summary>
public sealed class Executor : IDisposable
{
    private readonly object _lock = new();
    private readonly List<JobQueue> _active = [];
    private readonly PriorityQueue<Work, long> _due = new();
    private readonly TimeProvider _time;
    private readonly long _slice;
    private double _virtualNow;
    private bool _stopping;

    public Executor(int threads, TimeProvider time)
    {
        _time = time;
        _slice = time.TimestampFrequency / 1000;
        Threads = threads;
        for (int i = 0; i < threads; i++)
            new Thread(Loop) { IsBackground = true, Name = $"executor-{i}" }.Start();
    }

    public int Threads { get; }

    /// <summary>One thread a core; one less from 8 cores up.</summary>
    public static int ThreadsFor(int cores) => cores >= 8 ? cores - 1 : Math.Max(1, cores);

    /// <summary>Says that <paramref name="work"/> has something to do. From any thread; what was handed to it before this call will be seen.</summary>
    public void Wake(Work work)
    {
        Interlocked.MemoryBarrier();
        if (work.At is Work.Place.Queued or Work.Place.RunningAndWoken) return;
        lock (_lock) WakeLocked(work);
    }

    /// <summary>Wakes <paramref name="work"/> when the time provider's timestamp reaches <paramref name="timestamp"/>; earlier wakes may happen too.</summary>
    public void WakeAt(Work work, long timestamp)
    {
        lock (_lock)
        {
            _due.Enqueue(work, timestamp);
            if (Threads > 0) Monitor.Pulse(_lock);
        }
    }

    /// <summary>Manual mode: adds what could run now, in queue order.</summary>
    public void AddRunnable(ICollection<Work> to)
    {
        lock (_lock)
        {
            WakeDue();
            foreach (var q in _active) foreach (var w in q.Ready) to.Add(w);
        }
    }

    /// <summary>Manual mode: when the next timed wake is due (timestamp), or null.</summary>
    public long? NextDue()
    {
        lock (_lock) return _due.TryPeek(out _, out long at) ? at : null;
    }

    /// <summary>Manual mode: runs one unit of the work that is next (or of <paramref name="chosen"/>, which must be runnable). False = nothing can run.</summary>
    public bool RunOne(Work? chosen = null)
    {
        Work? work;
        lock (_lock)
        {
            WakeDue();
            work = chosen is null ? Next() : Take(chosen);
            if (work is null) return false;
        }

        bool again = work.Unit();
        lock (_lock) Done(work, again, 1);
        return true;
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _stopping = true;
            Monitor.PulseAll(_lock);
        }
    }

    private void Loop()
    {
        while (true)
        {
            Work? work;
            lock (_lock)
            {
                while (true)
                {
                    if (_stopping) return;
                    WakeDue();
                    work = Next();
                    if (work is not null) break;
                    if (WaitMs() is int ms) Monitor.Wait(_lock, ms);
                    else Monitor.Wait(_lock);
                }
            }

            long start = _time.GetTimestamp();
            long end;
            bool again;
            do
            {
                again = work.Unit();
                end = _time.GetTimestamp();
            }
            while (again && end - start < _slice);
            lock (_lock) Done(work, again, end - start);
        }
    }

    private void WakeLocked(Work work)
    {
        switch (work.At)
        {
            case Work.Place.Idle: Enqueue(work); break;
            case Work.Place.Running: work.At = Work.Place.RunningAndWoken; break;
            default: break;
        }
    }

    private void Enqueue(Work work)
    {
        work.At = Work.Place.Queued;
        var q = work.Queue;
        if (q.Ready.Count == 0)
        {
            // A job that wakes starts at the least virtual time present: sleeping earns no credit.
            q.Virtual = Math.Max(q.Virtual, _virtualNow);
            _active.Add(q);
        }

        q.Ready.Enqueue(work);
        if (Threads > 0) Monitor.Pulse(_lock);
    }

    private Work? Next()
    {
        JobQueue? best = null;
        long now = _time.GetTimestamp();
        foreach (var q in _active)
            if (Allowed(q, now) && (best is null || q.Virtual < best.Virtual)) best = q;
        if (best is null) return null;
        _virtualNow = best.Virtual;
        return Start(best, best.Ready.Dequeue());
    }

    private Work? Take(Work chosen)
    {
        if (chosen.At != Work.Place.Queued) return null;
        var q = chosen.Queue;
        for (int i = q.Ready.Count; i > 0; i--)
        {
            var w = q.Ready.Dequeue();
            if (ReferenceEquals(w, chosen)) return Start(q, w);
            q.Ready.Enqueue(w);
        }

        return null;
    }

    private Work Start(JobQueue q, Work work)
    {
        if (q.Ready.Count == 0) _active.Remove(q);
        work.At = Work.Place.Running;
        return work;
    }

    private void Done(Work work, bool again, long ticks)
    {
        var q = work.Queue;
        q.Charge(work.Stage, ticks);
        q.Tokens -= ticks;
        bool woken = work.At == Work.Place.RunningAndWoken;
        work.At = Work.Place.Idle;
        if (again || woken) Enqueue(work);
    }

    // A token bucket of at most 100 ms of the quota.
    private bool Allowed(JobQueue q, long now)
    {
        if (q.Quota <= 0) return true;
        q.Tokens = Math.Min(q.Tokens + ((now - q.Refilled) * q.Quota), _time.TimestampFrequency / 10 * q.Quota);
        q.Refilled = now;
        return q.Tokens > 0;
    }

    private void WakeDue()
    {
        if (_due.Count == 0) return;
        long now = _time.GetTimestamp();
        while (_due.TryPeek(out var work, out long at) && at <= now)
        {
            _due.Dequeue();
            WakeLocked(work);
        }
    }

    // Ms until the next timed wake, or until a job that is over its quota may go on; null = until pulsed.
    private int? WaitMs()
    {
        int? throttled = _active.Count > 0 ? 1 : null;
        if (!_due.TryPeek(out _, out long at)) return throttled;
        long ms = ((at - _time.GetTimestamp()) * 1000 / _time.TimestampFrequency) + 1;
        return (int)Math.Clamp(Math.Min(ms, throttled ?? ms), 1, 60_000);
    }
}
