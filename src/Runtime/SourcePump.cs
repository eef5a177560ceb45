using OrleansStream.Columns;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.Connect;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Runtime;

/// <summary>
/// One source of a shard: its splits, and what makes rows of the stage's input out of what readers give (projected columns, computed columns, watermark marks).
/// </summary>
internal sealed class SourcePump
{
    private readonly SourceInput _plan;
    private readonly BatchBuilder _rows;
    private readonly Batch _batch;
    private readonly (int Column, Func<Batch, Column> Value)[] _computed;
    private readonly Func<Batch, Column>? _watermark;
    private readonly Marks _generated = new();
    private readonly Marks _combined = new();
    private readonly InputGate _gate;
    private readonly int[] _all = [.. Enumerable.Range(0, Batch.MaxRows)];

    public SourcePump(int input, SourceInput plan, InputGate gate, Func<Expr, Schema, Func<Batch, Column>> bind, Func<ISplitReader> reader, bool changelog)
    {
        Input = input;
        _plan = plan;
        _gate = gate;
        NewReader = reader;
        var read = plan.Table.Schema.Select(plan.Projection.AsSpan());
        _rows = new BatchBuilder(read, changelog);
        _batch = new Batch(plan.Schema, new Column[plan.Schema.Count]);
        _computed = [.. plan.Computed.Select((e, i) => (read.Count + i, Bind(e, bind)))];
        _watermark = plan.Watermark is { } w ? Bind(w.Expression, bind) : null;
    }

    public int Input { get; }

    public string Uid => _plan.Uid;

    public Func<ISplitReader> NewReader { get; }

    public List<SplitPump> Splits { get; } = [];

    public bool Finished { get; set; }

    public long Rows { get; private set; }

    public long Malformed { get; private set; }

    public WatermarkSpec? Watermark => _plan.Watermark;

    /// <summary>
    /// Fills one batch from a split and moves its position on. Null = the split had no row; its marks are combined over all splits.
    /// </summary>
    public Batch? Fill(SplitPump split, int maxRows, long nowMs)
    {
        _rows.Reset();
        Malformed += split.Fill(_rows, maxRows, nowMs);
        int count = _rows.Count;
        if (count == 0) return null;
        Rows += count;
        var read = _rows.Borrow();
        for (int c = 0; c < read.Columns.Length; c++) _batch.Columns[c] = read.Columns[c];
        _batch.Length = count;
        _batch.Selection = null;
        (_batch.KindArray, _batch.KindsStart) = (read.KindArray, read.KindsStart);
        _batch.Marks = null;
        foreach (var (column, value) in _computed) _batch.Columns[column] = value(_batch);
        if (_watermark is not null) Mark(split, count);
        return _batch;
    }

    // Marks of the split, then of the gate's port: with several splits the least counts.
    private void Mark(SplitPump split, int count)
    {
        SplitWatermark.CheckRowtime(_batch, _plan.Watermark!.RowtimeColumn);
        _generated.Clear();
        _combined.Clear();
        split.Watermark.Over((FixedColumn<long>)_watermark!(_batch), _all.AsSpan(0, count), _generated);
        for (int i = 0; i < _generated.Count; i++)
            if (_gate.Raise(Input, split.Channel, _generated.Watermarks[i], out long combined)) _combined.Add(_generated.Rows[i], combined);
        if (_combined.Count > 0) _batch.Marks = _combined;
    }

    private Func<Batch, Column> Bind(Expr e, Func<Expr, Schema, Func<Batch, Column>> bind) =>
        e is ColumnExpr c ? b => b.Columns[c.Index] : bind(e, _plan.Schema);
}

/// <summary>One split being read. Blocks are read on the pool, one ahead; decoding and computing are units of the host.</summary>
internal sealed class SplitPump(ShardHost host, SourcePump source, SplitImage image, int channel, IPool pool)
{
    private readonly ISplitReader _reader = source.NewReader();
    private RawBlock? _block;
    private RawBlock? _ahead;
    private bool _opened;
    private bool _reading;
    private int _bytes;
    private int _records;
    private bool _last;

    public SourcePump Source => source;

    public int Channel => channel;

    public ISplitReader Reader => _reader;

    public SplitWatermark Watermark { get; } = new(source.Watermark?.IntervalMs ?? WatermarkSpec.DefaultIntervalMs, image.MaxWatermark, image.LastMark);

    /// <summary>After the last row that entered the chain.</summary>
    public SplitPosition Position { get; private set; } = image.Position;

    public bool Ended { get; private set; } = image.Ended;

    /// <summary>Every row has entered the chain; the end has not been told yet.</summary>
    public bool Exhausted => !Ended && (_reader is IComputedReader c ? _opened && !_reading && c.Ended : _last && _block is null && _ahead is null);

    /// <summary>When a generator has its next row (ms since 1970).</summary>
    public long DueMs { get; private set; }

    public bool Idle { get; set; }

    public long LastRowMs { get; set; }

    public bool HasRows(long nowMs) => !Ended && _opened && (_reader is IComputedReader c ? !_reading && !c.Ended && DueMs <= nowMs : _block is not null);

    public void Start()
    {
        if (!Ended) Read();
    }

    public void End() => Ended = true;

    /// <summary>Appends up to <paramref name="maxRows"/> rows; gives the number of malformed records that were skipped.</summary>
    public int Fill(BatchBuilder to, int maxRows, long nowMs)
    {
        if (_reader is IComputedReader computed)
        {
            int rows = computed.Fill(to, maxRows, nowMs);
            if (rows == 0 && !computed.Ended) DueMs = Math.Max(computed.NextDueMs, nowMs + 1);
            Position = computed.Position;
            return 0;
        }

        var block = _block!;
        var blocks = (IBlockReader)_reader;
        var done = blocks.Decoder.Decode(block.Bytes.Span[_bytes..], block.Before.Offset + _bytes, to, maxRows);
        _bytes += done.Bytes;
        _records += done.Records;
        Position = blocks.After(block, _bytes, _records);
        if (_bytes >= block.Bytes.Length) Advance();
        else if (done is { Bytes: 0, Records: 0 }) throw new InvalidDataException($"split {image.Split.Id}: the block at {block.Before.Offset} holds no whole record");
        return done.Malformed;
    }

    public SplitImage Image() => new(source.Uid, image.Split, Position, Ended, Watermark.Maximum, Watermark.LastMark);

    /// <summary>A read ended. True = there was nothing to read just now.</summary>
    public bool OnRead(RawBlock? block)
    {
        _reading = false;
        _opened = true;
        if (_reader is IComputedReader) return false;
        if (block is not null)
        {
            _last = block.Last;
            if (block.Bytes.IsEmpty) block = null;
            else if (_block is null) _block = block;
            else _ahead = block;
        }

        bool nothing = block is null && !_last;
        if (_ahead is null && !_last) Read();
        return nothing;
    }

    private void Advance()
    {
        (_block, _ahead) = (_ahead, null);
        (_bytes, _records) = (0, 0);
        if (!_reading && !_last) Read();
    }

    private void Read()
    {
        _reading = true;
        bool open = !_opened;
        pool.Queue(() => _ = ReadAsync(open));
    }

    private async Task ReadAsync(bool open)
    {
        RawBlock? block = null;
        Exception? error = null;
        try
        {
            if (open) await _reader.OpenAsync(image.Split, image.Position, host.Stopping);
            if (_reader is IBlockReader blocks) block = await blocks.ReadAsync(host.Stopping);
        }
#pragma warning disable CA1031 // Handed to the host, which fails with it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            error = e;
        }

        host.Post(new HostMessage.BlockRead(this, block, error));
    }
}
