using System.Buffers;
using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Checks;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.TestKit;

/// <summary>How a harness runs its operator.</summary>
/// <param name="BatchSize">rows of a batch, in and out.</param>
/// <param name="Restore">snapshot, drop and restore after each batch, not only at barriers.</param>
/// <param name="Narrow">the output is full after each batch, so that every call that emits more is resumed.</param>
/// <param name="Sparse">before each row lies one that the selection leaves out.</param>
/// <param name="EmitEach">as <see cref="OperatorContext.EmitEach"/>.</param>
public sealed record HarnessMode(int BatchSize = Batch.MaxRows, bool Restore = false, bool Narrow = false, bool Sparse = false, bool EmitEach = false)
{
    /// <summary>The modes in which every operator must give the same.</summary>
    public static IEnumerable<HarnessMode> All { get; } =
        [new(), new(7), new(1), new(Batch.MaxRows, Restore: true), new(7, Restore: true, Narrow: true), new(1, Restore: true), new(2, Narrow: true), new(100, Sparse: true)];

    public override string ToString() => $"batch size {BatchSize}{(Restore ? ", restore" : "")}{(Narrow ? ", narrow output" : "")}{(Sparse ? ", sparse" : "")}{(EmitEach ? ", emit = each" : "")}";
}

/// <summary>Runs one operator, wrapped in <see cref="Checked"/>, as a shard host would: cuts or hands over marks, resumes, cuts epochs and restores.</summary>
public sealed class OperatorHarness : IDisposable
{
    private readonly OperatorSpec _spec;
    private readonly ImmutableArray<Schema> _inputs;
    private readonly HarnessMode _mode;
    private readonly Collector _output;
    private readonly Dictionary<string, Counter> _counters = [];
    private readonly BatchBuilder[] _pieces;
    private readonly List<ReadOnlyMemory<byte>> _chain = [];
    private readonly KeyGroupRange _range;
    private ShardState _state = new();
    private Operator _operator = null!;
    private long _epoch;
    private long[] _portWatermarks;

    public OperatorHarness(OperatorSpec spec, ImmutableArray<Schema> inputs, HarnessMode mode)
        : this(spec, inputs, mode, [], KeyGroupRange.All)
    {
    }

    /// <summary>A shard that owns the key groups <paramref name="range"/> and begins with what shards of other ranges held at their last barrier.</summary>
    public OperatorHarness(OperatorSpec spec, ImmutableArray<Schema> inputs, HarnessMode mode, IEnumerable<OperatorHarness> images, KeyGroupRange range)
    {
        (_spec, _inputs, _mode) = (spec, inputs, mode);
        _output = new Collector(spec.Output, mode);
        _pieces = [.. inputs.Select(i => new BatchBuilder(i, withKinds: true))];
        _portWatermarks = [.. inputs.Select(_ => long.MinValue)];
        _range = range;
        foreach (var image in images)
        {
            foreach (var part in image._chain) _state.Read(part, range);
            Watermark = Watermark == long.MinValue ? image.Watermark : Math.Min(Watermark, image.Watermark);
            Now = image.Now;
        }

        Array.Fill(_portWatermarks, Watermark);
        _state.Now = Now;
        Open();
    }

    /// <summary>The watermark that the operator was last told.</summary>
    public long Watermark { get; private set; } = long.MinValue;

    /// <summary>The watermark that the operator last passed on.</summary>
    public long Advanced => _output.Watermark;

    /// <summary>Processing time, ms.</summary>
    public long Now { get; set; }

    /// <summary>Rows out since the last call, in order; with kinds if the operator emits any.</summary>
    public List<string> Take() => _output.Take();

    /// <summary>Called with each batch that comes out, and (batch null) with each watermark.</summary>
    public Action<Batch?, long>? Observe { get => _output.Observe; set => _output.Observe = value; }

    public long Count(string counter) => _counters.TryGetValue(counter, out var c) ? c.Value : 0;

    /// <summary>Native bytes of the operator's state.</summary>
    public long StateBytes => _state.LiveBytes;

    /// <summary>Gives rows (of any number) with their marks to a port, in batches of the mode's size.</summary>
    public void Batch(int port, Batch rows)
    {
        int mark = 0;
        for (int at = 0; at < rows.Length;)
        {
            int n = Math.Min(_mode.BatchSize, rows.Length - at);
            if (!_operator.TakesMarks && rows.Marks is { } m && mark < m.Count) n = Math.Max(0, Math.Min(n, m.Rows[mark] - at));
            var piece = Piece(port, rows, at, n);
            long last = long.MinValue;
            var marks = new Marks();
            for (; rows.Marks is { } all && mark < all.Count && all.Rows[mark] <= at + n; mark++)
            {
                _portWatermarks[port] = Math.Max(_portWatermarks[port], all.Watermarks[mark]);
                long combined = _portWatermarks.Min();
                if (combined <= Watermark) continue;
                marks.Add((all.Rows[mark] - at) * (_mode.Sparse ? 2 : 1), combined);
                last = combined;
            }

            piece.Marks = _operator.TakesMarks && marks.Count > 0 ? marks : null;
            if (piece.Count > 0) Call(() => _operator.OnBatch(port, piece, _output));
            if (last > Watermark) Tell(last);
            at += n;
            if (_mode.Restore) Barrier();
        }
    }

    /// <summary>A watermark on every port.</summary>
    public void AdvanceTo(long watermark)
    {
        for (int p = 0; p < _portWatermarks.Length; p++) _portWatermarks[p] = Math.Max(_portWatermarks[p], watermark);
        if (watermark > Watermark) Tell(watermark);
        if (_mode.Restore) Barrier();
    }

    public void End(int port) => Call(() => _operator.OnEnd(port, _output));

    public void Flush() => Call(() => _operator.Flush(_output));

    public void ProcessingTime(long now)
    {
        Now = now;
        _state.Now = now;
        Call(() => _operator.OnProcessingTime(now, _output));
    }

    /// <summary>Flush, snapshot, drop, restore: parts are a chain of a full one and deltas, and full again after each third.</summary>
    public void Barrier()
    {
        Flush();
        long before = _state.LiveBytes;
        _state.Cut(++_epoch);
        bool full = _chain.Count is 0 or 3;
        if (full) _chain.Clear();
        var part = new ArrayBufferWriter<byte>();
        while (_state.WritePart(part, full))
        {
        }

        _chain.Add(part.WrittenMemory.ToArray());
        _state.Dispose();
        _state = new ShardState { Now = Now };
        foreach (var p in _chain) _state.Read(p, _range);
        Open();
    }

    public void Dispose() => _state.Dispose();

    private void Open()
    {
        _operator = new Checked(_spec.Create(), _inputs, _spec.Output);
        _operator.Open(new Context(this));
    }

    private void Tell(long watermark)
    {
        Watermark = watermark;
        Call(() => _operator.OnWatermark(watermark, _output));
    }

    private void Call(Action call)
    {
        _output.Begin();
        call();
        _output.End();
        for (int i = 0; ; i++)
        {
            if (i > 10_000_000) throw new InvalidOperationException("Resume never ends");
            _output.Begin();
            bool more = _operator.Resume(_output);
            _output.End();
            if (!more) return;
        }
    }

    // Kinds are shown only when a row is no insert.
    private Batch Piece(int port, Batch rows, int at, int n)
    {
        if (rows.Selection is not null) throw new ArgumentException("the harness makes its own selections");
        var builder = _pieces[port];
        builder.Reset();
        var positions = Enumerable.Range(at, n);
        builder.Append(rows, [.. _mode.Sparse ? positions.SelectMany(r => new[] { r, r }) : positions]);
        var piece = builder.Borrow();
        if (!rows.HasKinds || !piece.Kinds.ContainsAnyExcept(RowKind.Insert)) piece.KindArray = null;
        if (_mode.Sparse)
        {
            piece.Selection = new Selection();
            for (int i = 0; i < n; i++) piece.Selection.Writable(n)[i] = (2 * i) + 1;
            piece.Selection.SetCount(n);
        }

        return piece;
    }

    private sealed class Context(OperatorHarness owner) : OperatorContext
    {
        public override ImmutableArray<Schema> Inputs => owner._inputs;

        public override Schema Output => owner._spec.Output;

        public override int Shard => 0;

        public override int Shards => 1;

        public override int BatchSize => owner._mode.BatchSize;

        public override bool EmitEach => owner._mode.EmitEach;

        public override TimeZoneInfo TimeZone => TimeZoneInfo.Utc;

        public override OperatorState State => owner._state.Of("op");

        public override long Watermark => owner.Watermark;

        public override long ProcessingTime => owner.Now;

        public override Counter Counter(string name)
        {
            if (!owner._counters.TryGetValue(name, out var c)) owner._counters.Add(name, c = new Counter(name));
            return c;
        }

        public override void NeedsProcessingTime(long everyMs)
        {
        }
    }

    private sealed class Collector(Schema schema, HarnessMode mode) : Output
    {
        private readonly BatchBuilder _builder = new(schema, withKinds: true);
        private List<string> _rows = [];
        private bool _full;

        public Action<Batch?, long>? Observe { get; set; }

        public long Watermark { get; private set; } = long.MinValue;

        public override int BatchSize => mode.BatchSize;

        public override bool Full => _full;

        public List<string> Take()
        {
            var rows = _rows;
            _rows = [];
            return rows;
        }

        public void Begin() => _full = false;

        public void End()
        {
            if (_builder.Count > 0) Emit();
        }

        public override void Append(Batch batch)
        {
            foreach (int r in Positions(batch)) _rows.Add(RowText.Print(batch, r, withKind: true));
            Observe?.Invoke(batch, 0);
            _full = mode.Narrow;
        }

        public override BatchBuilder Builder() => _builder;

        public override BatchBuilder Emit()
        {
            if (_builder.Count > 0) Append(_builder.Borrow());
            _builder.Reset();
            return _builder;
        }

        public override void Advance(long watermark)
        {
            End();
            if (watermark <= Watermark) return;
            Watermark = watermark;
            Observe?.Invoke(null, watermark);
        }

        private static IEnumerable<int> Positions(Batch batch) => batch.Selection is { } s ? s.Rows.ToArray() : Enumerable.Range(0, batch.Length);
    }
}
