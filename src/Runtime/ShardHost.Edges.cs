using System.Collections.Immutable;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.Connect;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Runtime;

/// <summary>The edges of a host: sources and channels in, links and sinks out, status, and its end.</summary>
public sealed partial class ShardHost
{
    /// <summary>As it is now; from any thread, numbers may be a unit apart.</summary>
    public ShardStatus Status()
    {
        var counters = _chain.Counters.GroupBy(c => $"{c.Uid}/{c.Counter.Name}", StringComparer.Ordinal)
            .ToImmutableSortedDictionary(g => g.Key, g => g.Sum(c => c.Counter.Value), StringComparer.Ordinal);
        return new ShardStatus(
            Spec.Id, Spec.Silo, Instance, _mood, _mood == ShardMood.Blocked ? _blockedBy : null,
            _sources.Sum(s => s?.Rows ?? 0) + _channels.Values.Sum(c => c.Rows), _sinks.Sum(s => s.Rows) + _partitions.Sum(p => p.Rows), _batches,
            _partitions.Sum(p => p.Rows), _links.Sum(l => l.Frames), _links.Sum(l => l.Bytes),
            counters.Where(c => c.Key.EndsWith("/late_rows", StringComparison.Ordinal)).Sum(c => c.Value), _sources.Sum(s => s?.Malformed ?? 0),
            [.. Enumerable.Range(0, _gate.Ports).Select(_gate.Watermark)], _mood == ShardMood.Stopped ? 0 : _state.Bytes, _lastCut, _progress, _epochs.Trouble ?? _sinks.Select(s => s.Trouble).FirstOrDefault(t => t is not null), _failure?.Message, counters,
            ElapsedMs() - Interlocked.Read(ref _fedMs));
    }

    private SinkTail NewSink(NodePlan node, SinkSpec sink)
    {
        var context = new SinkContext(JobName, node.Uid, sink.Table, sink.Changelog, Spec.Generation, Spec.Id.Shard, _services.ConnectorServices);
        return new SinkTail(this, node.Uid, sink.Table.Name, _services.Connectors(sink.Table.Connector).CreateWriter(context), _services.Pool);
    }

    private SourcePump NewSource(int input, SourceInput source)
    {
        var context = new SourceContext(source.Table, source.Projection, Spec.Shards, _services.ConnectorServices);
        var connector = _services.Connectors(source.Table.Connector);
        return new SourcePump(input, source, _gate, (e, s) => Evaluator.Bind(e, s, new EvaluationContext(_settings.Zone, NowMs)).Evaluate, () => connector.CreateReader(context), source.Changelog);
    }

    private void Subscribe()
    {
        for (int i = 0; i < Spec.Stage.Inputs.Length; i++)
        {
            if (Spec.Stage.Inputs[i] is not ExchangeInput e) continue;
            int senders = Spec.Table.Shards(Spec.Plan.Exchanges[e.Exchange].FromStage);
            for (int s = 0; s < senders; s++)
            {
                var channel = new ChannelInput(i, s, e.Schema, _settings.BatchSize);
                _channels.Add((e.Exchange, s), channel);
                _feeds.Add(channel);
                _services.Hub.Subscribe(JobName, Spec.Generation, e.Exchange, s, Spec.Id.Shard, this);
            }
        }
    }

    // Splits begin now: at the start, or after the cut of the epoch that brought them.
    private void Join(ShardSplits splits)
    {
        var source = _sources.First(s => s?.Uid == splits.Source)!;
        foreach (var image in splits.Splits)
        {
            int channel = _gate.AddSplit(source.Input, image.LastMark);
            var pump = new SplitPump(this, source, image, channel, _services.Pool);
            source.Splits.Add(pump);
            if (image.Ended) Told(source.Input, _gate.Apply(source.Input, channel, new Control(0, ControlKind.End, 0)));
            else
            {
                _feeds.Add(pump);
                pump.Start();
            }
        }

        if (splits.Finished && !source.Finished)
        {
            source.Finished = true;
            Told(source.Input, _gate.CloseSplits(source.Input));
        }
        else Told(source.Input, _gate.Settle(source.Input));
    }

    private void Told(int input, GateChange change)
    {
        if (change.Watermark is { } w) _chain.Watermark(input, w);
        if (change.Idle is { } idle) _chain.Idle(input, idle);
        if (change.Ended) _chain.End(input);
    }

    // Takes the next piece of input, round robin over channels and splits. False = there is none.
    private bool Feed(long now)
    {
        // After the epoch's command, splits wait for the cut: they are one more channel.
        bool splitsWait = _command is not null;
        for (int i = 0; i < _feeds.Count; i++)
        {
            object feed = _feeds[_nextFeed = (_nextFeed + 1) % _feeds.Count];
            if (feed is ChannelInput channel ? FromChannel(channel) : !splitsWait && FromSplit((SplitPump)feed, now)) return true;
        }

        return false;
    }

    private bool InputAtHand()
    {
        foreach (object feed in _feeds)
            if (feed is ChannelInput channel ? channel.HasNext : feed is SplitPump split && (split.Exhausted || split.HasRows(NowMs()))) return true;
        return false;
    }

    private bool FromChannel(ChannelInput channel)
    {
        if (!channel.HasNext || !_gate.Asks(channel.Port, channel.Channel) || !_gate.Started(channel.Port, channel.Channel)) return false;
        channel.Next(_gate, out var rows, out long? raised, out var control);
        if (rows is not null)
        {
            _batches++;
            _chain.Give(channel.Port, rows);
        }

        if (raised is { } watermark) _chain.Watermark(channel.Port, watermark);
        if (control is { } c) Told(channel.Port, _gate.Apply(channel.Port, channel.Channel, c));
        return true;
    }

    private bool FromSplit(SplitPump split, long now)
    {
        int input = split.Source.Input;
        if (split.Exhausted)
        {
            split.End();
            _feeds.Remove(split);
            Told(input, _gate.Apply(input, split.Channel, new Control(0, ControlKind.End, 0)));
            return true;
        }

        if (!split.HasRows(now)) return false;
        if (split.Idle)
        {
            split.Idle = false;
            Told(input, _gate.Apply(input, split.Channel, new Control(0, ControlKind.Active, 0)));
        }

        if (split.Source.Fill(split, _settings.BatchSize, now) is { } batch)
        {
            split.LastRowMs = now;
            _batches++;
            _chain.Give(input, batch);
        }

        return true;
    }

    private void OnRead(HostMessage.BlockRead read)
    {
        if (read.Error is { } error) throw error;
        var split = read.Split;
        if (!split.OnRead(read.Block) || !_running) return;

        // Nothing more just now: time that the interval held back is told, and a silent split stops counting.
        _pauses.Enqueue(split);
    }

    // Called when the chain can take: what pauses of splits say about time.
    private bool FromPause(long now)
    {
        if (!_pauses.TryDequeue(out var split)) return false;
        int input = split.Source.Input;
        if (split.Watermark.CatchUp() && split.Source.Watermark is not null && _gate.Raise(input, split.Channel, split.Watermark.LastMark, out long combined))
            _chain.Watermark(input, combined);
        else if (split.Source.Watermark is { IdleTimeoutMs: > 0 and var limit } && !split.Idle && now - split.LastRowMs >= limit)
        {
            split.Idle = true;
            Told(input, _gate.Apply(input, split.Channel, new Control(0, ControlKind.Idle, 0)));
        }

        return true;
    }

    // Frames that are not full go when the link is free and their oldest row has waited a little, or when it has waited long.
    private void FlushDue()
    {
        if (_links.Length == 0) return;
        long now = ElapsedMs();
        int i = 0;
        foreach (var p in _partitions)
        {
            for (int l = 0; l < p.Links; l++, i++)
            {
                if (!p.Filling(l))
                {
                    _fillingSince[i] = 0;
                    continue;
                }

                if (_fillingSince[i] == 0) _fillingSince[i] = now;
                long age = now - _fillingSince[i];
                if (age < (((Link)p.Sender(l)).Free ? _settings.FlushMs : _settings.LingerMs)) continue;
                p.Close(l);
                _fillingSince[i] = 0;
            }
        }
    }

    // What the shard holds; over a limit it fails here.
    private void Charge()
    {
        long frames = 0, buffers = 0;
        foreach (var p in _partitions) frames += p.Bytes;
        foreach (var l in _links) frames += l.WaitingBytes;
        foreach (var c in _channels.Values) frames += c.Bytes;
        foreach (var s in _sinks) buffers += s.Bytes;
        _memory.Set(Holder.Tables, _state.Bytes);
        _memory.Set(Holder.Frames, frames);
        _memory.Set(Holder.Buffers, buffers);
        _memory.Check();
    }

    // What failed in a way that may pass is tried again.
    private void RetryDue()
    {
        if (_epochs.RetryAt > 0 && ElapsedMs() >= _epochs.RetryAt) _epochs.Retry();
        foreach (var s in _sinks) if (s.RetryAt > 0 && ElapsedMs() >= s.RetryAt) s.Retry();
    }

    private void WakeLater()
    {
        long now = ElapsedMs();
        long wall = NowMs();
        long wait = long.MaxValue;
        foreach (long since in _fillingSince) if (since > 0) wait = Math.Min(wait, since + _settings.FlushMs - now);
        foreach (object f in _feeds) if (f is SplitPump { Ended: false, DueMs: > 0 and var at }) wait = Math.Min(wait, at - wall);
        if (_chain.TickMs is > 0 and var every) wait = Math.Min(wait, _lastTickMs + every - wall);
        if (_epochs.RetryAt > 0) wait = Math.Min(wait, _epochs.RetryAt - now);
        foreach (var s in _sinks) if (s.RetryAt > 0) wait = Math.Min(wait, s.RetryAt - now);
        if (wait == long.MaxValue) return;

        // A wake that comes no later is on its way already.
        wait = Math.Max(1, wait);
        if (_wakeAtMs > now && _wakeAtMs <= now + wait) return;
        _wakeAtMs = now + wait;
        _services.Executor.WakeAt(this, _services.Time.GetTimestamp() + (wait * _services.Time.TimestampFrequency / 1000));
    }

    private void Close(TaskCompletionSource done)
    {
        if (_mood == ShardMood.Stopped)
        {
            done.TrySetResult();
            return;
        }

        _dead = true;
        if (_mood != ShardMood.Failed) _mood = ShardMood.Stopped;
        foreach (var (exchange, sender) in _channels.Keys) _services.Hub.Unsubscribe(JobName, Spec.Generation, exchange, sender, Spec.Id.Shard);
        _state.Dispose();
        _memory.Close();
        var closing = _sources.OfType<SourcePump>().SelectMany(s => s.Splits).Select(s => (IAsyncDisposable)s.Reader).Concat(_sinks.Select(s => s.Writer)).ToArray();
        _services.Pool.Queue(() => _ = CloseAsync(closing, done));
    }

    private static async Task CloseAsync(IAsyncDisposable[] closing, TaskCompletionSource done)
    {
        foreach (var c in closing)
        {
            try
            {
                await c.DisposeAsync();
            }
#pragma warning disable CA1031 // The shard is over: what a connector says when closed changes nothing.
            catch (Exception)
#pragma warning restore CA1031
            {
            }
        }

        done.TrySetResult();
    }
}
