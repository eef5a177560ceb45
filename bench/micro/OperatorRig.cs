using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Bench;

/// <summary>One operator without a host: its state, and an output that drops rows and counts them.</summary>
internal sealed class OperatorRig : IDisposable
{
    private readonly ShardState _state = new();
    private readonly BlackHole _output;

    public OperatorRig(OperatorSpec spec, params Schema[] inputs)
    {
        _output = new BlackHole(spec.Output);
        Operator = spec.Create();
        Operator.Open(new Context([.. inputs], spec.Output, _state.Of("op")));
    }

    public Operator Operator { get; }

    /// <summary>Rows out so far.</summary>
    public long Rows => _output.Rows;

    /// <summary>Sum of a BIGINT column of all rows out.</summary>
    public int SumColumn { set => _output.SumColumn = value; }

    public long Sum => _output.Sum;

    public long StateBytes => _state.LiveBytes;

    public void Batch(int port, Batch batch)
    {
        Operator.OnBatch(port, batch, _output);
        Settle();
    }

    public void Watermark(long watermark)
    {
        Operator.OnWatermark(watermark, _output);
        Settle();
    }

    public void Dispose() => _state.Dispose();

    private void Settle()
    {
        while (Operator.Resume(_output))
        {
        }

        _output.Emit();
    }

    private sealed class BlackHole(Schema schema) : Output
    {
        private readonly BatchBuilder _builder = new(schema);

        public long Rows { get; private set; }

        public long Sum { get; private set; }

        public int SumColumn { get; set; } = -1;

        public override int BatchSize => Columns.Batch.MaxRows;

        public override bool Full => false;

        public override void Append(Batch batch)
        {
            Rows += batch.Count;
            if (SumColumn >= 0) foreach (long v in ((FixedColumn<long>)batch.Columns[SumColumn]).Values) Sum += v;
        }

        public override BatchBuilder Builder() => _builder;

        public override BatchBuilder Emit()
        {
            if (_builder.Count > 0) Append(_builder.Borrow());
            _builder.Reset();
            return _builder;
        }

        public override void Advance(long watermark) => Emit();
    }

    private sealed class Context(ImmutableArray<Schema> inputs, Schema output, OperatorState state) : OperatorContext
    {
        public override ImmutableArray<Schema> Inputs => inputs;

        public override Schema Output => output;

        public override int Shard => 0;

        public override int Shards => 1;

        public override int BatchSize => Columns.Batch.MaxRows;

        public override bool EmitEach => false;

        public override TimeZoneInfo TimeZone => TimeZoneInfo.Utc;

        public override OperatorState State => state;

        public override long Watermark => long.MinValue;

        public override long ProcessingTime => 0;

        public override Counter Counter(string name) => new(name);

        public override void NeedsProcessingTime(long everyMs)
        {
        }
    }
}
