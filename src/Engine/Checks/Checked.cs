using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Flow;

namespace OrleansStream.Engine.Checks;

/// <summary>An invariant of the engine was broken; the message names it as docs/INVARIANTS.md does.</summary>
public sealed class InvariantException(string message) : Exception(message);

/// <summary>
/// Wraps any operator and watches what the contracts demand: batches match their schema and hold 1 to 2,048 rows (I2), watermarks and marks never go back (I3), no call
/// comes while rows are owed, and no borrowed column is kept (I1): the operator gets copies, which are overwritten as soon as they are no longer lent.
/// </summary>
public sealed class Checked : Operator
{
    private readonly Operator _inner;
    private readonly ImmutableArray<Schema> _inputs;
    private readonly WatchedOutput _output;
    private readonly BatchBuilder?[] _lent;
    private long _watermark = long.MinValue;
    private bool _owes;

    public Checked(Operator inner, ImmutableArray<Schema> inputs, Schema output)
    {
        (_inner, _inputs) = (inner, inputs);
        _output = new WatchedOutput(output);
        _lent = new BatchBuilder?[inputs.Length];
    }

    public override bool TakesMarks => _inner.TakesMarks;

    public override bool StartsSegment => _inner.StartsSegment;

    public override bool OutputStays => _inner.OutputStays;

    public override bool EmitsKinds => _inner.EmitsKinds;

    public override void Open(OperatorContext c)
    {
        _watermark = c.Watermark;
        _inner.Open(c);
    }

    public override Need? Prepare(int port, Batch input)
    {
        CheckBatch(_inputs[port], input, $"port {port}");
        return _inner.Prepare(port, input);
    }

    public override void OnBatch(int port, Batch input, Output o)
    {
        Begin(o);
        CheckBatch(_inputs[port], input, $"port {port}");
        CheckMarks(input);
        _inner.OnBatch(port, Lend(port, input), _output);
        End();
    }

    public override bool Resume(Output o)
    {
        _output.Target = o;
        _owes = _inner.Resume(_output);
        if (!_owes) Poison();
        return _owes;
    }

    public override void Flush(Output o)
    {
        Begin(o);
        _inner.Flush(_output);
        End();
    }

    public override void OnWatermark(long watermark, Output o)
    {
        Begin(o);
        if (watermark <= _watermark) throw new InvariantException($"I3: watermark {watermark} after {_watermark}");
        _watermark = watermark;
        _inner.OnWatermark(watermark, _output);
        End();
    }

    public override void OnProcessingTime(long now, Output o)
    {
        Begin(o);
        _inner.OnProcessingTime(now, _output);
        End();
    }

    public override void OnEnd(int port, Output o)
    {
        Begin(o);
        _inner.OnEnd(port, _output);
        End();
    }

    private void Begin(Output o)
    {
        if (_owes) throw new InvariantException("a call came while the operator owes rows");
        _output.Target = o;
    }

    // The operator may owe rows now: the host asks Resume until it says no, and until then the batch stays lent.
    private void End() => _owes = true;

    private void CheckMarks(Batch input)
    {
        if (input.Marks is not { Count: > 0 } marks) return;
        if (!TakesMarks) throw new InvariantException("an operator that takes no marks got a batch with marks");
        int row = 0;
        long last = _watermark;
        for (int i = 0; i < marks.Count; i++)
        {
            if (marks.Rows[i] < row || marks.Rows[i] > input.Length) throw new InvariantException($"I3: mark {i} lies after row {marks.Rows[i]}");
            if (marks.Watermarks[i] <= last) throw new InvariantException($"I3: mark {i} is {marks.Watermarks[i]} after {last}");
            (row, last) = (marks.Rows[i], marks.Watermarks[i]);
        }
    }

    private static void CheckBatch(Schema schema, Batch batch, string where)
    {
        if (batch.Count < 1 || batch.Length > Batch.MaxRows) throw new InvariantException($"I2: {batch.Count} of {batch.Length} rows at {where}");
        if (batch.Columns.Length != schema.Count) throw new InvariantException($"I2: {batch.Columns.Length} columns for {schema} at {where}");
        for (int c = 0; c < schema.Count; c++)
        {
            var column = batch.Columns[c];
            if (column.Length != batch.Length) throw new InvariantException($"I2: column {c} has {column.Length} rows of {batch.Length} at {where}");
            if (column.Type.WithNullable(true) != schema[c].Type.WithNullable(true)) throw new InvariantException($"I2: column {c} is {column.Type}, not {schema[c].Type}, at {where}");
            if (!schema[c].Type.Nullable) for (int i = 0; i < batch.Count; i++) if (column.IsNull(Row(batch, i))) throw new InvariantException($"I2: NULL in {schema[c]} at {where}");
        }

        if (batch.Selection is not { } s) return;
        for (int i = 0; i < s.Count; i++)
            if (s.Rows[i] < 0 || s.Rows[i] >= batch.Length || (i > 0 && s.Rows[i] <= s.Rows[i - 1])) throw new InvariantException($"I2: selection entry {i} is {s.Rows[i]} at {where}");
    }

    private static int Row(Batch batch, int i) => batch.Selection is { } s ? s.Rows[i] : i;

    private Batch Lend(int port, Batch input)
    {
        var builder = new BatchBuilder(_inputs[port], input.HasKinds, input.HasHashes);
        var marks = input.Marks;
        var all = new int[input.Length];
        for (int i = 0; i < all.Length; i++) all[i] = i;
        builder.Append(input, all);
        _lent[port] = builder;
        var copy = builder.Borrow();
        copy.Selection = input.Selection;
        copy.Marks = marks;
        if (input.HasHashes) (copy.HashArray, copy.HashesStart) = (input.Hashes.ToArray(), 0);
        return copy;
    }

    private void Poison()
    {
        for (int p = 0; p < _lent.Length; p++)
        {
            if (_lent[p] is not { } builder) continue;
            foreach (var c in builder.Columns)
            {
                switch (c)
                {
                    case FixedBuilder<long> b: b.Written.Fill(unchecked((long)0xDEADDEADDEADDEAD)); break;
                    case FixedBuilder<int> b: b.Written.Fill(unchecked((int)0xDEADDEAD)); break;
                    case FixedBuilder<byte> b: b.Written.Fill(0xDE); break;
                    case FixedBuilder<short> b: b.Written.Fill(0x5EAD); break;
                    case FixedBuilder<double> b: b.Written.Fill(double.NegativeInfinity); break;
                    case FixedBuilder<float> b: b.Written.Fill(float.NegativeInfinity); break;
                    case FixedBuilder<Int128> b: b.Written.Fill(Int128.MinValue); break;
                }
            }

            _lent[p] = null;
        }
    }

    private sealed class WatchedOutput(Schema schema) : Output
    {
        private long _watermark = long.MinValue;

        public Output Target { get; set; } = null!;

        public override int BatchSize => Target.BatchSize;

        public override bool Full => Target.Full;

        public override void Append(Batch batch)
        {
            CheckBatch(schema, batch, "output");
            Target.Append(batch);
        }

        public override BatchBuilder Builder() => Target.Builder();

        public override BatchBuilder Emit()
        {
            var b = Target.Builder();
            if (b.Count > BatchSize) throw new InvariantException($"I2: {b.Count} rows emitted; a batch holds {BatchSize}");
            foreach (var c in b.Columns) if (c.Count != b.Count) throw new InvariantException($"I2: a column of the builder has {c.Count} rows of {b.Count}");
            return Target.Emit();
        }

        public override void Advance(long watermark)
        {
            // Lower than before has no effect by contract; the watched value shows what those behind were told.
            _watermark = Math.Max(_watermark, watermark);
            Target.Advance(_watermark);
        }
    }
}
