using OrleansStream.Runtime;

namespace OrleansStream.TestKit.Simulated;

/// <summary>
/// Time, pool and network of a simulated cluster on one thread. What could happen next is a list; a seed picks from it (no seed: in order). The clock moves only when
/// nothing else can happen.
/// </summary>
public sealed class World(int? seed) : TimeProvider, IPool
{
    private readonly Random? _random = seed is { } s ? new Random(s) : null;
    private readonly List<(Action Run, Silo? Owner)> _ready = [];
    private readonly PriorityQueue<(Action Run, Silo? Owner), (long At, long Order)> _later = new();
    private readonly List<(Executor Executor, Silo Silo)> _executors = [];
    private readonly List<(int Ready, Executor? Executor, Work? Work)> _choices = [];
    private readonly List<Work> _works = [];
    private long _order;
    private long _nowMs = 1_700_000_000_000;

    public long NowMs => _nowMs;

    public long Steps { get; private set; }

    public Random Random => _random ?? throw new InvalidOperationException("no seed, no chance");

    public bool Seeded => _random is not null;

    public override long TimestampFrequency => 1000;

    public override long GetTimestamp() => _nowMs;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(_nowMs);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => CreateTimer(callback, state, dueTime, period, null);

    /// <summary>A timer that fires on a silo.</summary>
    public ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period, Silo? owner)
    {
        var timer = new Timer(this, callback, state, owner);
        timer.Change(dueTime, period);
        return timer;
    }

    public void Add(Executor executor, Silo silo) => _executors.Add((executor, silo));

    public void Queue(Action work) => _ready.Add((work, null));

    /// <summary>Runs <paramref name="work"/> soon on a silo (null = the world itself): never when it is dead by then, later while it is paused.</summary>
    public void Soon(Action work, Silo? owner) => _ready.Add((work, owner));

    public void After(long ms, Action work, Silo? owner) => _later.Enqueue((work, owner), (_nowMs + ms, _order++));

    /// <summary>One thing happens. False = nothing can ever happen again.</summary>
    public bool Step()
    {
        Steps++;

        // Work takes time: what is timed comes between.
        if (_random is not null && _random.Next(10) == 0) _nowMs++;
        while (true)
        {
            MoveDue();
            Choices();
            if (_choices.Count > 0)
            {
                var (ready, executor, work) = _choices[_random?.Next(_choices.Count) ?? 0];
                if (executor is not null) executor.RunOne(work);
                else
                {
                    var run = _ready[ready].Run;
                    _ready.RemoveAt(ready);
                    run();
                }

                return true;
            }

            long next = _later.TryPeek(out _, out var at) ? at.At : long.MaxValue;
            foreach (var (e, silo) in _executors) if (silo is { Alive: true, Paused: false } && e.NextDue() is { } due) next = Math.Min(next, due);
            if (next == long.MaxValue) return false;
            _nowMs = Math.Max(_nowMs, next);
        }
    }

    private void Choices()
    {
        _choices.Clear();
        _ready.RemoveAll(r => r.Owner is { Alive: false });
        for (int i = 0; i < _ready.Count; i++) if (_ready[i].Owner is not { Paused: true }) _choices.Add((i, null, null));
        foreach (var (e, silo) in _executors)
        {
            if (silo is not { Alive: true, Paused: false }) continue;
            _works.Clear();
            e.AddRunnable(_works);
            foreach (var w in _works) _choices.Add((0, e, w));
        }
    }

    private void MoveDue()
    {
        while (_later.TryPeek(out var item, out var at) && at.At <= _nowMs)
        {
            _later.Dequeue();
            _ready.Add(item);
        }
    }

    /// <summary>Time as a silo has it: its timers do not fire while it is stopped, and never once it is dead.</summary>
    internal sealed class Clock(World world, Silo silo) : TimeProvider
    {
        public override long TimestampFrequency => world.TimestampFrequency;

        public override long GetTimestamp() => world.GetTimestamp();

        public override DateTimeOffset GetUtcNow() => world.GetUtcNow();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => world.CreateTimer(callback, state, dueTime, period, silo);
    }

    private sealed class Timer(World world, TimerCallback callback, object? state, Silo? owner) : ITimer
    {
        private int _version;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            int version = ++_version;
            if (dueTime == global::System.Threading.Timeout.InfiniteTimeSpan) return true;
            world.After((long)dueTime.TotalMilliseconds, () => Fire(version, period), owner);
            return true;
        }

        public void Dispose() => _version++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }

        private void Fire(int version, TimeSpan period)
        {
            if (version != _version) return;
            if (period != global::System.Threading.Timeout.InfiniteTimeSpan) world.After((long)period.TotalMilliseconds, () => Fire(version, period), owner);
            callback(state);
        }
    }
}
