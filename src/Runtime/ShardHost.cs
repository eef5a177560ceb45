using System.Collections.Concurrent;
using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.Connect;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Runtime;

/// <summary>
/// One shard of one generation: inbox, gate, sources, operator chain, links, sinks, state. It runs in units on the executor and has no async method: what it waits for
/// comes back as a message. Made by <see cref="ShardStart"/>.
/// </summary>
#pragma warning disable CA1001 // The source of the stop token is cancelled, never disposed: the pool may still look at tokens.
public sealed partial class ShardHost : Work, IFrameReceiver
#pragma warning restore CA1001
{
    private readonly ConcurrentQueue<HostMessage> _inbox = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly HostServices _services;
    private readonly HostSettings _settings;
    private readonly IShardState _state;
    private readonly Account _memory;
    private readonly InputGate _gate;
    private readonly OperatorChain _chain;
    private readonly Partition[] _partitions;
    private readonly Link[] _links;
    private readonly SinkTail[] _sinks;
    private readonly SourcePump?[] _sources;
    private readonly Dictionary<(int Exchange, int Sender), ChannelInput> _channels = [];
    private readonly List<object> _feeds = [];
    private readonly Queue<SplitPump> _pauses = new();
    private readonly EpochWriter _epochs;
    private readonly EpochPause _pause;
    private EpochCommand? _command;
    private long _lastCut;
    private int _nextFeed;
    private bool _running;
    private bool _greeted;
    private bool _cutting;
    private bool _standing;
    private bool _endTold;
    private bool _sliceNext;
    private volatile bool _dead;
    private long _lastTickMs;
    private long _wakeAtMs;
    private readonly long[] _fillingSince;
    private volatile ShardMood _mood;
    private string? _blockedBy;
    private Exception? _failure;
    private long _batches;
    private long _progress;
    private long _fedMs;

    internal ShardHost(ShardSpec spec, HostServices services, HostSettings settings, JobQueue queue, string instance, IShardState state) : base(queue, spec.Id.Stage)
    {
        (Spec, _services, _settings, Instance, _state) = (spec, services, settings, instance, state);
        JobName = spec.Job.ToString();
        _memory = queue.Memory.Open($"shard {spec.Id}");
        _memory.Limit = settings.StateMemory;
        if (settings.JobMemory > 0) queue.Memory.Limit = settings.JobMemory;
        var stage = spec.Stage;
        _gate = new InputGate(
            [.. stage.Inputs.Select(i => i is ExchangeInput e ? spec.Table.Shards(spec.Plan.Exchanges[e.Exchange].FromStage) : -1)], spec.Images.Select(i => i.Ports));
        var links = new List<Link>();
        var partitions = new Dictionary<int, Partition>();
        long frameBytes = Math.Clamp(settings.ExchangeMemory / (4 * Math.Max(1, LinksOnSilo(spec))), 32 << 10, 1 << 20);
        foreach (var exchange in spec.Plan.Exchanges.Where(e => e.FromStage == spec.Id.Stage))
        {
            FrameSender Sender(string silo)
            {
                var id = new LinkId(exchange.Id, spec.Id.Shard, silo);
                links.Add(new Link(this, id, services.Links(spec.Job, spec.Generation, id)));
                return links[^1];
            }

            partitions.Add(exchange.Id, new Partition(exchange, spec.Table.Silos[exchange.ToStage], Sender, spec.Id.Shard, frameBytes));
        }

        _partitions = [.. partitions.Values];
        _links = [.. links];
        _fillingSince = new long[_links.Length];
        _sinks = [.. stage.Nodes.Where(n => n.Spec is Engine.Operators.SinkSpec).Select(n => NewSink(n, (Engine.Operators.SinkSpec)n.Spec))];
        IEnumerable<Tail> Tails(int from)
        {
            foreach (var e in spec.Plan.Exchanges) if (e.FromStage == spec.Id.Stage && e.FromNode == from) yield return partitions[e.Id];
            foreach (var n in stage.Nodes) if (n.Id == from && n.Spec is Engine.Operators.SinkSpec) yield return _sinks.First(s => s.Uid == n.Uid);
        }

        _chain = new OperatorChain(new ChainSetup(
            stage, spec.Id.Shard, spec.Shards, settings.BatchSize, settings.EmitEach, settings.Zone, state, Tails, spec.Images, () => Post(new HostMessage.Woken()), NowMs));
        _sources = [.. stage.Inputs.Select((input, i) => input is SourceInput s ? NewSource(i, s) : null)];
        _pause = new EpochPause(services.Time);
        _epochs = new EpochWriter(this, state, services.Parts, services.Pool);
        if (spec.Images is [var only] && only.Shards == spec.Shards) _epochs.Continue(only);
        Subscribe();
    }

    public ShardSpec Spec { get; }

    /// <summary>Another one for the same shard and generation means that the grain was activated anew.</summary>
    public string Instance { get; }

    internal string JobName { get; }

    internal CancellationToken Stopping => _stopping.Token;

    /// <summary>The run has started all shards: begin.</summary>
    public void Go() => Post(new HostMessage.Go());

    /// <summary>The run begins an epoch.</summary>
    public void BeginEpoch(EpochCommand command) => Post(new HostMessage.OpenEpoch(command));

    /// <summary>Ends the host; completes when its tables are freed and its readers and writers closed. Nothing is flushed: what matters is in the last epoch.</summary>
    public Task StopAsync()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _stopping.Cancel();
        Post(new HostMessage.Stop(done));
        return done.Task;
    }

    public void Receive(int exchange, int sender, SubBatch part, FrameTicket ticket) => Post(new HostMessage.Arrived(exchange, sender, part, ticket));

    internal void Post(HostMessage message)
    {
        _inbox.Enqueue(message);
        _services.Executor.Wake(this);
    }

    internal void Suspect(string silo, string reason, bool silent) => _services.Events.Suspect(Spec, silo, reason, silent);

    internal void Superseded(int generation) => _services.Events.Superseded(Spec, generation);

    internal void Report(EpochReport report) => _services.Events.Reported(Spec, report with { PauseMs = _pause.Take() });

    protected internal override bool Unit()
    {
        try
        {
            return RunUnit();
        }
#pragma warning disable CA1031 // Whatever an operator or a connector throws ends this shard, and nothing else in the silo.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Fail(e);
            return !_inbox.IsEmpty;
        }
    }

    private bool RunUnit()
    {
        while (_inbox.TryDequeue(out var message)) Take(message);
        if (_dead || !_running) return false;
        if ((++_progress & 31) == 0) Charge();
        _state.Now = NowMs();
        FlushDue();
        RetryDue();

        // A slice of a part and a unit of the job by turns: the epoch goes on behind the job.
        if (_epochs.Writing && (_sliceNext = !_sliceNext))
        {
            if (InputAtHand()) _pause.Begin();
            _epochs.Slice();
            _pause.End();
            return true;
        }

        if (Advance()) return true;
        if (_epochs.Writing) return true;
        Rest();
        return false;
    }

    // One unit of the job itself; false = nothing to do now.
    private bool Advance()
    {
        switch (_chain.Step())
        {
            case ChainStep.Worked: return true;
            case ChainStep.Blocked: return false;
            default: break;
        }

        if (!_greeted)
        {
            _greeted = true;
            foreach (var p in _partitions) p.Greet();
        }

        if (_cutting)
        {
            Cut();
            return true;
        }

        long epoch = _command?.Epoch ?? _gate.Epoch;
        if (epoch > _lastCut && !_epochs.Open && _gate.Aligned(epoch, _command is not null))
        {
            if (InputAtHand()) _pause.Begin();
            _chain.Flush();
            return _cutting = true;
        }

        // After the final cut nothing is taken: what would come of it belongs to whoever goes on from there.
        if (_standing || _chain.TailFull) return false;
        long now = NowMs();
        if (_chain.TickMs is > 0 and var every && now - _lastTickMs >= every)
        {
            _lastTickMs = now;
            _chain.Tick(now);
            return true;
        }

        long before = _batches;
        if (FromPause(now) || Feed(now))
        {
            _pause.End();
            if (_batches != before) Interlocked.Exchange(ref _fedMs, ElapsedMs());
            return true;
        }

        // What is at hand and was not taken waits for other channels' barriers.
        if (epoch > _lastCut && InputAtHand()) _pause.Begin();
        return false;
    }

    // The cut: nothing passes between the last row of the epoch and its barrier.
    private void Cut()
    {
        long epoch = _command?.Epoch ?? _gate.Epoch;
        _cutting = false;
        _lastCut = epoch;
        foreach (var p in _partitions) p.Barrier(epoch);
        _state.Cut(epoch);
        var image = new ShardImage(
            Spec.Id.Stage, Spec.Id.Shard, Spec.Shards, [], 0, [.. _sources.OfType<SourcePump>().SelectMany(s => s.Splits).Select(s => s.Image())], _gate.Image(),
            _chain.CounterImage());
        bool ended = _gate.AllEnded;
        var command = _command;
        _standing = command is { Final: true };
        _command = null;
        _gate.Release();
        _epochs.Begin(epoch, image, ended, _sinks.Length, command);
        foreach (var s in _sinks) s.Prepare(epoch);
        foreach (var j in command?.Splits ?? []) Join(j);
        _pause.End();
    }

    private void Take(HostMessage message)
    {
        if (message is HostMessage.Stop stop)
        {
            Close(stop.Done);
            return;
        }

        if (_dead) return;
        switch (message)
        {
            case HostMessage.Go: Start(); break;
            case HostMessage.OpenEpoch e: Command(e.Command); break;
            case HostMessage.Arrived a: _channels[(a.Exchange, a.Sender)].Add(a.Part, a.Ticket); break;
            case HostMessage.Answered a: a.Link.OnAnswer(a.Answer, a.Error); break;
            case HostMessage.LinkReady r: r.Link.OnReady(r.Ready, r.Error); break;
            case HostMessage.BlockRead b: OnRead(b); break;
            case HostMessage.SinkDone s: OnSink(s); break;
            case HostMessage.PartStored p: _epochs.OnStored(ElapsedMs(), p.Error); break;
            case HostMessage.PartsKept k: _epochs.OnKept(ElapsedMs(), k.Error); break;
            case HostMessage.Woken: break;
            default: throw new InvalidOperationException($"no rule for {message}");
        }
    }

    // A shard without splits may have cut at the barriers before its command comes.
    private void Command(EpochCommand command)
    {
        if (command.Epoch > _lastCut)
        {
            _command = command;
            return;
        }

        if (command.Epoch < _lastCut) return;
        _standing |= command.Final;
        _epochs.OnCommand(command);
    }

    private void OnSink(HostMessage.SinkDone done)
    {
        if (done.Error is IOException passing)
        {
            done.Sink.OnTrouble(passing, ElapsedMs());
            return;
        }

        if (done.Error is { } error) throw error;
        done.Sink.OnDone();
        if (done.Prepared > 0) _epochs.OnPrepared(done.Sink.Uid, done.Committables);
    }

    private void Start()
    {
        if (_running) return;
        _running = true;
        Interlocked.Exchange(ref _fedMs, ElapsedMs());
        _mood = ShardMood.Running;
        foreach (var s in Spec.Splits) Join(s);

        // Receivers of this generation know nothing of what had ended before it.
        if (!Spec.Images.IsEmpty) _chain.RepeatEnds(_gate.Ended);
    }

    // Nothing to do: hand on what is held, and say when to be woken.
    private void Rest()
    {
        foreach (var s in _sinks) s.Write();
        _blockedBy = _chain.Blocker;
        if (_gate.AllEnded && _chain.Quiet && Array.TrueForAll(_links, l => l.Drained) && Array.TrueForAll(_sinks, s => s.Drained))
        {
            _mood = ShardMood.Ended;
            if (!_endTold)
            {
                _endTold = true;
                _services.Events.Ended(Spec);
            }
        }
        else _mood = _blockedBy is null ? ShardMood.Idle : ShardMood.Blocked;

        WakeLater();
    }

    private void Fail(Exception cause)
    {
        if (_dead) return;
        _failure = cause;
        _mood = ShardMood.Failed;
        _dead = true;
        _stopping.Cancel();
        _services.Events.Failed(Spec, cause);
    }

    // For waits: never goes back, unlike the wall clock.
    private long ElapsedMs() => (long)(_services.Time.GetTimestamp() * (1000.0 / _services.Time.TimestampFrequency));

    private long NowMs() => _services.Time.GetUtcNow().ToUnixTimeMilliseconds();

    private static int LinksOnSilo(ShardSpec spec) => spec.Plan.Exchanges.Sum(e =>
        spec.Table.Silos[e.FromStage].Count(s => s == spec.Silo) * spec.Table.Silos[e.ToStage].Distinct().Count());
}
