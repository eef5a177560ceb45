using System.Buffers;
using System.Collections.Immutable;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.State;

namespace OrleansStream.Runtime;

/// <summary>
/// What is left to do of an epoch after its cut, behind the running job: the part in slices, its storing, the sinks' prepares; then the report. One epoch at a time.
/// </summary>
internal sealed class EpochWriter(ShardHost host, IShardState state, IPartStore parts, IPool pool)
{
    private const int LongestChain = 8;
    private const long FirstRetryMs = 100;
    private const long LastRetryMs = 5_000;

    private readonly Dictionary<string, ImmutableArray<byte[]>> _committables = new(StringComparer.Ordinal);
    private ImmutableArray<string> _chain = [];
    private long _chainBytes;
    private ShardImage? _image;
    private Segments? _part;
    private string _name = "";
    private long _epoch;
    private int _prepares;
    private string? _savepoint;
    private bool _commanded;
    private bool _keeping;
    private bool _kept;
    private bool _full;
    private bool _empty;
    private bool _ended;
    private bool _storing;
    private long _retryMs = FirstRetryMs;

    /// <summary>A part is being written: slices are due.</summary>
    public bool Writing => _part is { } && !_storing && RetryAt == 0;

    public bool Open => _image is not null;

    /// <summary>When storing is tried again after an error (ms); 0 = no such wait.</summary>
    public long RetryAt { get; private set; }

    public string? Trouble { get; private set; }

    /// <summary>
    /// The chain of the image that the shard starts from, when it holds exactly this shard's range: deltas may follow it, unless it is a savepoint's, which somebody may
    /// delete.
    /// </summary>
    public void Continue(ShardImage image)
    {
        if (!image.Parts.Any(Savepoint.Holds)) (_chain, _chainBytes) = (image.Parts, image.Bytes);
    }

    /// <param name="image">the shard at the cut, without parts.</param>
    /// <param name="command">the run's; null = it has not come yet, barriers were faster.</param>
    public void Begin(long epoch, ShardImage image, bool ended, int sinks, EpochCommand? command)
    {
        if (_image is not null) throw new InvalidOperationException($"epoch {_epoch} is still open");
        (_epoch, _image, _ended, _prepares) = (epoch, image, ended, sinks);
        (_commanded, _savepoint, _kept) = (command is not null, command?.Savepoint, false);
        _committables.Clear();
        _full = _savepoint is not null || _chain.IsEmpty || _chain.Length >= LongestChain || _chainBytes > 2 * state.LiveBytes;
        _name = $"{host.JobName}/{host.Spec.Generation}/{epoch}-{image.Stage}-{image.Shard}";
        _empty = state.LiveBytes == 0;
        _part = new Segments();
    }

    public void Slice()
    {
        if (state.WritePart(_part!, _full)) return;
        if (!_empty)
        {
            Store();
            return;
        }

        // Nothing is worth a part: the chain starts anew with the first record.
        (_chain, _chainBytes, _part) = ([], 0, null);
        Report();
    }

    /// <summary>The command of the epoch that is open, after its cut.</summary>
    public void OnCommand(EpochCommand command)
    {
        if (_image is null || _commanded || command.Epoch != _epoch) return;
        (_commanded, _savepoint) = (true, command.Savepoint);
        Report();
    }

    public void OnPrepared(string sink, ImmutableArray<byte[]> committables)
    {
        if (!committables.IsEmpty) _committables[sink] = committables;
        _prepares--;
        Report();
    }

    public void OnStored(long nowMs, Exception? error)
    {
        _storing = false;
        if (Failed(nowMs, error)) return;
        _chain = _full ? [_name] : _chain.Add(_name);
        _chainBytes = (_full ? 0 : _chainBytes) + _part!.Length;
        _part = null;
        Report();
    }

    public void OnKept(long nowMs, Exception? error)
    {
        _keeping = false;
        if (Failed(nowMs, error)) return;
        _kept = true;
        Report();
    }

    public void Retry()
    {
        RetryAt = 0;
        if (_part is not null) Store();
        else Report();
    }

    // The job runs on; the same bytes are put again under the same names.
    private bool Failed(long nowMs, Exception? error)
    {
        Trouble = error?.Message;
        RetryAt = error is null ? 0 : nowMs + _retryMs;
        _retryMs = error is null ? FirstRetryMs : Math.Min(LastRetryMs, _retryMs * 2);
        return error is not null;
    }

    private void Store()
    {
        _storing = true;
        var bytes = _part!.Sequence();
        long epoch = _epoch;
        string name = _name;
        pool.Queue(() => _ = StoreAsync(name, epoch, bytes));
    }

    private async Task StoreAsync(string name, long epoch, ReadOnlySequence<byte> bytes)
    {
        Exception? error = null;
        try
        {
            await parts.PutAsync(name, bytes, host.Stopping);
        }
#pragma warning disable CA1031 // Retried by the host.
        catch (Exception e)
#pragma warning restore CA1031
        {
            error = e;
        }

        host.Post(new HostMessage.PartStored(epoch, error));
    }

    private async Task KeepAsync(ShardImage image, string savepoint)
    {
        Exception? error = null;
        try
        {
            await new SavepointStore(parts).CopyAsync(image, host.Spec.Job.Tenant, savepoint, host.Spec.Generation, _epoch, host.Stopping);
        }
#pragma warning disable CA1031 // Retried by the host.
        catch (Exception e)
#pragma warning restore CA1031
        {
            error = e;
        }

        host.Post(new HostMessage.PartsKept(error));
    }

    private void Report()
    {
        if (_image is null || _part is not null || _prepares > 0 || !_commanded || _keeping || RetryAt > 0) return;
        if (_savepoint is { } savepoint && !_kept)
        {
            _keeping = true;
            var image = _image with { Parts = _chain };
            pool.Queue(() => _ = KeepAsync(image, savepoint));
            return;
        }

        var report = new EpochReport(
            host.Spec.Generation, _epoch, host.Spec.Id, _ended, _image with { Parts = _chain, Bytes = _chainBytes },
            _committables.ToImmutableSortedDictionary(StringComparer.Ordinal));
        _image = null;
        host.Report(report);
    }
}

/// <summary>A growing part in segments below the large-object threshold.</summary>
internal sealed class Segments : IBufferWriter<byte>
{
    private const int Size = 64 * 1024;

    private readonly List<(byte[] Bytes, int Length)> _full = [];
    private byte[] _open = [];
    private int _at;

    public long Length { get; private set; }

    public void Advance(int count)
    {
        _at += count;
        Length += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Room(sizeHint);
        return _open.AsMemory(_at);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Room(sizeHint);
        return _open.AsSpan(_at);
    }

    public ReadOnlySequence<byte> Sequence()
    {
        Piece? first = null;
        Piece? last = null;
        foreach (var (bytes, length) in _full.Append((_open, _at)))
        {
            if (length == 0) continue;
            last = last is null ? first = new Piece(bytes.AsMemory(0, length)) : last.Then(bytes.AsMemory(0, length));
        }

        return first is null ? ReadOnlySequence<byte>.Empty : new ReadOnlySequence<byte>(first, 0, last!, last!.Memory.Length);
    }

    private void Room(int bytes)
    {
        if (_open.Length - _at >= Math.Max(1, bytes)) return;
        if (_at > 0) _full.Add((_open, _at));
        _open = GC.AllocateUninitializedArray<byte>(Math.Max(Size, bytes));
        _at = 0;
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory) => Memory = memory;

        public Piece Then(ReadOnlyMemory<byte> memory)
        {
            var next = new Piece(memory) { RunningIndex = RunningIndex + Memory.Length };
            Next = next;
            return next;
        }
    }
}
