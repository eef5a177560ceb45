using System.Collections.Immutable;
using Orleans.Concurrency;
using Orleans.Dashboard;
using OrleansStream.Contracts;

namespace OrleansStream.Grains;

/// <param name="Unread">a query that nobody reads is ended after this.</param>
public sealed record ResultLimits(TimeSpan Unread)
{
    public static ResultLimits Default { get; } = new(TimeSpan.FromMinutes(10));
}

/// <summary>
/// The bounded buffer between a SELECT and its reader. Batches are numbered from 1 in order of arrival; a token is the number of the last batch that its holder has.
/// </summary>
[GrainType("result")]
[KeepAlive]
[NoProfiling]
[Reentrant]
public sealed class ResultGrain(TimeProvider time, ResultLimits limits, IGrainFactory grains) : Grain, IResultGrain
{
    /// <summary>Bytes held at most, unless one batch alone is larger.</summary>
    public const int Capacity = 4 << 20;

    /// <summary>Bytes of one page at most, unless one batch alone is larger.</summary>
    public const int PageBytes = 1 << 20;

    // After the end of a query that nobody reads.
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(500);

    private readonly Queue<byte[]> _batches = new();
    private readonly Dictionary<int, long> _next = [];
    private long _freed;
    private int _bytes;
    private bool _ended;
    private JobFault? _fault;
    private long _lastRead;
    private TaskCompletionSource _arrived = Signal();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _lastRead = time.GetTimestamp();
        this.RegisterGrainTimer(CheckReadAsync, new GrainTimerCreationOptions(limits.Unread / 10, limits.Unread / 10) { Interleave = true });
        return Task.CompletedTask;
    }

    public async Task<ResultPage> FetchAsync(long token)
    {
        _lastRead = time.GetTimestamp();
        Free(token);
        if (_batches.Count == 0 && !_ended)
        {
            var arrived = _arrived.Task;
            await Task.WhenAny(arrived, Task.Delay(Wait, time));
        }

        var page = ImmutableArray.CreateBuilder<byte[]>();
        int bytes = 0;
        foreach (byte[] batch in _batches)
        {
            if (page.Count > 0 && bytes + batch.Length > PageBytes) break;
            page.Add(batch);
            bytes += batch.Length;
        }

        bool ended = _ended && page.Count == _batches.Count;
        return new ResultPage(_freed + page.Count, page.ToImmutable(), ended, ended ? _fault : null);
    }

    public Task<bool> OfferAsync(int shard, long sequence, byte[] batch)
    {
        long next = _next.GetValueOrDefault(shard);
        if (sequence < next || _ended) return Task.FromResult(true);
        if (sequence > next) throw new InvalidOperationException($"shard {shard} offered batch {sequence} before {next}");
        if (_batches.Count > 0 && _bytes + batch.Length > Capacity) return Task.FromResult(false);
        _next[shard] = next + 1;
        _batches.Enqueue(batch);
        _bytes += batch.Length;
        Wake();
        return Task.FromResult(true);
    }

    public Task CompleteAsync(JobFault? fault)
    {
        if (_ended) return Task.CompletedTask;
        _ended = true;
        _fault = fault;
        Wake();
        return Task.CompletedTask;
    }

    private void Free(long token)
    {
        for (; _freed < token && _batches.Count > 0; _freed++) _bytes -= _batches.Dequeue().Length;
        // The reader has everything: nobody will ask again.
        if (_ended && _batches.Count == 0 && token > 0) DelayDeactivation(limits.Unread);
    }

    private async Task CheckReadAsync(CancellationToken cancel)
    {
        var unread = time.GetElapsedTime(_lastRead);
        if (_ended)
        {
            // Whoever comes back late is still told why.
            if (unread >= limits.Unread + Kept) DeactivateOnIdle();
            return;
        }

        if (unread < limits.Unread) return;
        await CompleteAsync(new JobFault(FaultCodes.Unread, $"the result was not read for {limits.Unread.TotalMinutes:0.##} minutes", null, time.GetUtcNow()));
        await grains.GetGrain<IJobGrain>(this.GetPrimaryKeyString()).StopAsync(StopKind.Cancel);
    }

    private void Wake()
    {
        _arrived.TrySetResult();
        _arrived = Signal();
    }

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
