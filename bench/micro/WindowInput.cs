using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Bench;

/// <summary>Rows (keys, ts BIGINT ms, further columns) in batches, and a window operator alone over them, with a mark after each batch.</summary>
internal sealed class WindowInput
{
    private readonly Batch[] _batches;
    private readonly int _time;

    /// <param name="write">appends the row with this number of the bids to the columns before and behind the time.</param>
    public WindowInput(Schema schema, int time, Bids bids, Action<BatchBuilder, int> write)
    {
        (Schema, _time, Rows) = (schema, time, bids.Time.Length);
        var builder = new BatchBuilder(schema);
        _batches = new Batch[(Rows + Batch.MaxRows - 1) / Batch.MaxRows];
        for (int b = 0; b < _batches.Length; b++)
        {
            for (int i = b * Batch.MaxRows; i < Math.Min(Rows, (b + 1) * Batch.MaxRows); i++)
            {
                write(builder, i);
                builder.Fixed<long>(time).Add(bids.Time[i]);
                builder.Advance(1);
            }

            _batches[b] = builder.Build();
            var marks = new Marks();
            marks.Add(_batches[b].Length, ((FixedColumn<long>)_batches[b].Columns[time]).Values[^1] - 1);
            _batches[b].Marks = marks;
        }
    }

    public Schema Schema { get; }

    public int Rows { get; }

    public IEnumerable<Batch> Batches => _batches;

    /// <summary>One pass: rows out, and the sum of a BIGINT column of them.</summary>
    public string Run(OperatorSpec spec, int sumColumn)
    {
        using var rig = new OperatorRig(spec, Schema) { SumColumn = sumColumn };
        foreach (var batch in _batches)
        {
            rig.Batch(0, batch);
            rig.Watermark(batch.Marks!.Last);
        }

        rig.Watermark(long.MaxValue);
        return $"{rig.Rows}:{rig.Sum}";
    }
}
