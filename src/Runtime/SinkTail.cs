using System.Buffers;
using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Connect;
using OrleansStream.Engine.Flow;

namespace OrleansStream.Runtime;

/// <summary>
/// A sink of a shard: one buffer is filled while another is written. Writes and prepares run on the pool in order, one at a time; the chain waits only when both
/// buffers are full.
/// </summary>
internal sealed class SinkTail(ShardHost host, string uid, string name, ISinkWriter writer, IPool pool) : Tail
{
    private const int WriteBytes = 64 * 1024;
    private const int FullBytes = 256 * 1024;
    private const long FirstRetryMs = 100;
    private const long LastRetryMs = 5_000;

    private readonly Queue<(ArrayBufferWriter<byte>? Buffer, long Epoch)> _next = new();
    private readonly Stack<ArrayBufferWriter<byte>> _free = new();
    private ArrayBufferWriter<byte> _filling = new(WriteBytes);
    private ArrayBufferWriter<byte>? _writing;
    private long _preparing;
    private bool _busy;
    private long _retryMs = FirstRetryMs;

    public string Uid => uid;

    public long Rows { get; private set; }

    public ISinkWriter Writer => writer;

    /// <summary>Of all buffers, filled or free.</summary>
    public long Bytes => _filling.Capacity + (_writing?.Capacity ?? 0) + _next.Sum(n => (long)(n.Buffer?.Capacity ?? 0)) + _free.Sum(b => (long)b.Capacity);

    /// <summary>Nothing is held or being written.</summary>
    public bool Drained => !_busy && _next.Count == 0 && _filling.WrittenCount == 0;

    public override bool Full => _filling.WrittenCount >= FullBytes && (_busy || _next.Count > 0);

    public override string Blocker => Trouble ?? $"sink {name}";

    /// <summary>Why the target does not take what is written, while it is being tried again; null = all well.</summary>
    public string? Trouble { get; private set; }

    /// <summary>When the call that failed is made again (ms); 0 = none did.</summary>
    public long RetryAt { get; private set; }

    public override void Append(Batch batch)
    {
        writer.Encode(batch, _filling);
        Rows += batch.Count;
        if (_filling.WrittenCount >= WriteBytes && !_busy) Write();
    }

    public override void Watermark(long watermark)
    {
    }

    public override void Idle(bool idle)
    {
    }

    public override void End() => Write();

    /// <summary>Hands over what is buffered: at a pause of the input, so that rows are not held back for more of them.</summary>
    public void Write()
    {
        if (_filling.WrittenCount > 0 && _next.Count == 0) Seal();
        Start();
    }

    /// <summary>What was appended before belongs to <paramref name="epoch"/>.</summary>
    public void Prepare(long epoch)
    {
        if (_filling.WrittenCount > 0) Seal();
        _next.Enqueue((null, epoch));
        Start();
    }

    /// <summary>The call failed in a way that may pass: nothing is lost, and the chain goes on until the buffers are full.</summary>
    public void OnTrouble(IOException error, long nowMs)
    {
        Trouble = $"sink {name}: {error.Message}";
        RetryAt = nowMs + _retryMs;
        _retryMs = Math.Min(LastRetryMs, _retryMs * 2);
    }

    public void Retry()
    {
        RetryAt = 0;
        Run();
    }

    public void OnDone()
    {
        (Trouble, _retryMs, _busy) = (null, FirstRetryMs, false);
        if (_writing is { } written)
        {
            written.ResetWrittenCount();
            _free.Push(written);
            _writing = null;
        }

        if (_next.Count == 0 && _filling.WrittenCount >= WriteBytes) Seal();
        Start();
    }

    private void Seal()
    {
        _next.Enqueue((_filling, 0));
        _filling = _free.TryPop(out var b) ? b : new ArrayBufferWriter<byte>(WriteBytes);
    }

    private void Start()
    {
        if (_busy || !_next.TryDequeue(out var step)) return;
        (_busy, _writing, _preparing) = (true, step.Buffer, step.Epoch);
        Run();
    }

    private void Run()
    {
        var (buffer, epoch) = (_writing, _preparing);
        pool.Queue(() => _ = RunAsync(buffer, epoch));
    }

    private async Task RunAsync(ArrayBufferWriter<byte>? buffer, long epoch)
    {
        ImmutableArray<byte[]> committables = [];
        Exception? error = null;
        try
        {
            if (buffer is not null) await writer.WriteAsync(buffer.WrittenMemory, host.Stopping);
            else committables = await writer.PrepareAsync(epoch, host.Stopping);
        }
#pragma warning disable CA1031 // Handed to the host, which fails with it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            error = e;
        }

        host.Post(new HostMessage.SinkDone(this, epoch, committables, error));
    }
}
