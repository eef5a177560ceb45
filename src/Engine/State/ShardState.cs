using System.Buffers;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.State;

/// <summary>
/// All tables of one shard in native memory. Life: <see cref="Read"/> the parts of the chains to restore, let operators declare their tables (which takes the
/// records over), then <see cref="Cut"/> and <see cref="WritePart"/> once an epoch, and <see cref="Dispose"/>, after which no page is held. One thread at a time.
/// </summary>
public sealed class ShardState : IShardState
{
    private readonly PagePool _pool = new();
    private readonly SortedDictionary<string, OperatorState> _operators = new(StringComparer.Ordinal);
    private PartReader? _restored = new();
    private PartWriter? _writer;
    private long _cutEpoch = -1;
    private long _storedCut;
    private bool _disposed;

    public ShardState()
    {
        Epochs = new Epochs(_pool);
        Clock = () => Now;
    }

    /// <summary>Native pages in use in the whole process: 0 when every job has ended.</summary>
    public static long LivePages => PagePool.LivePages;

    public long Now { get; set; }

    public long Bytes => _pool.HeldBytes;

    public long LiveBytes => _pool.LiveBytes;

    internal Epochs Epochs { get; }

    internal Func<long> Clock { get; }

    public OperatorState Of(string uid)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!_operators.TryGetValue(uid, out var state)) _operators.Add(uid, state = new OperatorState(this, uid));
        return state;
    }

    public void Cut(long epoch)
    {
        if (_writer is not null) throw new InvalidOperationException($"the part of epoch {_cutEpoch} is not written yet");

        // Operators have declared all their tables by now: state of operators that are gone is dropped.
        _restored = null;
        Epochs.Begin();
        foreach (var o in _operators.Values) foreach (var (_, table) in o.Tables()) table.CutPages();
        _cutEpoch = epoch;
        _writer = new PartWriter(Epochs, _operators.Values, epoch, _storedCut);
        Epochs.Advance();
    }

    public bool WritePart(IBufferWriter<byte> to, bool full)
    {
        if (_writer is null) throw new InvalidOperationException("no cut awaits its part");
        if (_writer.Write(to, full)) return true;
        _storedCut = Epochs.Current - 1;
        _writer = null;
        return false;
    }

    public void Read(ReadOnlyMemory<byte> part, KeyGroupRange keep)
    {
        if (_restored is null || _operators.Count > 0) throw new InvalidOperationException("parts are read before operators declare their tables");
        _restored.Read(part, keep);
    }

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _writer = null;
        Epochs.Begin();
        foreach (var o in _operators.Values) o.Free();
        _operators.Clear();
        _pool.Dispose();
    }

    /// <summary>Loads what the parts hold of a table that was just created.</summary>
    internal void Restore(string uid, StateSpec spec, Func<long, StoredTable> tableOf) => _restored?.Load(uid, spec, tableOf);
}
