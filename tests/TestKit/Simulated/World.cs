using OrleansStream.Runtime;

namespace OrleansStream.TestKit.Simulated;

/// <summary>
/// Time, pool and network of a simulated cluster on one thread. What could happen next is a list; a seed picks from it (no seed: in order). The clock moves only when
/// nothing else can happen.
/// </summary>
public sealed class World(int? seed) : TimeProvider, IPool
{
    private readonly Random? _random = seed is { } s ? new Random(s) : null;
    private readonly List<(Action Run, Func<bool>? Alive)> _ready = [];
    private readonly PriorityQueue<(Action Run, Func<bool>? Alive), (long At, long Order)> _later = new();
    private readonly List<(Executor Executor, Func<bool> Alive)> _executors = [];
    private long _order;
    private long _nowMs = 1_700_000_000_000;

    public long NowMs => _nowMs;

    public long Steps { get; private set; }

    public Random Random => _random ?? throw new InvalidOperationException("no seed, no chance");

    public bool Seeded => _random is not null;

    public override long TimestampFrequency => 1000;

    public override long GetTimestamp() => _nowMs;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(_nowMs);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>An executor of a silo that lives while <paramref name="alive"/> says so.</summary>
    public void Add(Executor executor, Func<bool> alive) => _executors.Add((executor, alive));

    public void Queue(Action work) => _ready.Add((work, null));

    /// <summary>Runs <paramref name="work"/> soon, unless its owner is dead by then.</summary>
    public void Soon(Action work, Func<bool>? alive = null) => _ready.Add((work, alive));

    public void After(long ms, Action work, Func<bool>? alive = null) => _later.Enqueue((work, alive), (_nowMs + ms, _order++));

    /// <summary>True with probability <paramref name="p"/>; never without a seed.</summary>
    public bool Chance(double p) => _random is not null && _random.NextDouble() < p;

    /// <summary>One thing happens. False = nothing can ever happen again.</summary>
    public bool Step()
    {
        Steps++;
        while (true)
        {
            MoveDue();
            var works = _executors.Where(e => e.Alive()).SelectMany(e => e.Executor.Runnable().Select(w => (e.Executor, w))).ToList();
            int choices = _ready.Count + works.Count;
            if (choices > 0)
            {
                int pick = _random?.Next(choices) ?? 0;
                if (pick < _ready.Count)
                {
                    var (run, alive) = _ready[pick];
                    _ready.RemoveAt(pick);
                    if (alive is null || alive()) run();
                }
                else works[pick - _ready.Count].Executor.RunOne(works[pick - _ready.Count].w);
                return true;
            }

            long next = _later.TryPeek(out _, out var at) ? at.At : long.MaxValue;
            foreach (var (e, alive) in _executors) if (alive() && e.NextDue() is { } due) next = Math.Min(next, due);
            if (next == long.MaxValue) return false;
            _nowMs = Math.Max(_nowMs, next);
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

    private sealed class Timer(World world, TimerCallback callback, object? state) : ITimer
    {
        private int _version;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            int version = ++_version;
            if (dueTime == global::System.Threading.Timeout.InfiniteTimeSpan) return true;
            world.After((long)dueTime.TotalMilliseconds, () => Fire(version, period));
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
            if (period != global::System.Threading.Timeout.InfiniteTimeSpan) world.After((long)period.TotalMilliseconds, () => Fire(version, period));
            callback(state);
        }
    }
}
