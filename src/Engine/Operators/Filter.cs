using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Operators;

/// <summary>Keeps the rows for which <paramref name="Condition"/> is TRUE.</summary>
[Operator("filter")]
public sealed record FilterSpec(Schema Output, Expr Condition) : OperatorSpec(Output)
{
    public override Operator Create() => new Filter(this);

    public override string Describe() => $"Filter(condition=[{Condition}])";
}

/// <summary>Changes only the selection: columns go on as they are.</summary>
public sealed class Filter(FilterSpec spec) : Operator
{
    private readonly Batch _kept = new(spec.Output, new Column[spec.Output.Count]);
    private readonly Selection _rows = new();
    private Predicate _predicate = null!;

    public override bool TakesMarks => true;

    public override void Open(OperatorContext c) =>
        _predicate = Predicate.Bind(spec.Condition, c.Inputs[0], new EvaluationContext(c.TimeZone, () => c.ProcessingTime));

    public override void OnBatch(int port, Batch input, Output o)
    {
        _predicate.Filter(input, _rows);
        if (_rows.Count == 0) return;
        if (_rows.Count == input.Count)
        {
            o.Append(input);
            return;
        }

        input.Columns.CopyTo(_kept.Columns, 0);
        _kept.Length = input.Length;
        _kept.Selection = _rows;
        (_kept.KindArray, _kept.KindsStart) = (input.KindArray, input.KindsStart);
        (_kept.HashArray, _kept.HashesStart) = (input.HashArray, input.HashesStart);
        _kept.Marks = input.Marks;
        o.Append(_kept);
    }
}
