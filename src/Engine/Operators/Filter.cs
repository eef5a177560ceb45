using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Operators;

/// <summary>Keeps the rows for which <paramref name="Condition"/> is TRUE (not FALSE, not NULL). Row kinds stay: of an update each half is judged by itself.</summary>
[Operator("filter")]
public sealed record FilterSpec(Schema Output, Expr Condition) : OperatorSpec(Output)
{
    public override Operator Create() => new Filter(this);

    public override string Describe() => $"Filter(condition=[{Condition}])";
}

public sealed class Filter(FilterSpec spec) : Operator
{
    private readonly Selection _kept = new();
    private Batch _result = null!;
    private Predicate _predicate = null!;

    public override bool TakesMarks => true;

    public override bool OutputStays => true;

    public override void Open(OperatorContext c)
    {
        _result = new Batch(c.Output, new Column[c.Output.Count]);
        _predicate = Predicate.Bind(spec.Condition, c.Inputs[0], new EvaluationContext(c.TimeZone, () => c.ProcessingTime));
    }

    public override void OnBatch(int port, Batch input, Output o)
    {
        _predicate.Filter(input, _kept);
        // Marks that no row is left to carry are told by OnWatermark.
        if (_kept.Count == 0) return;
        _result.Share(input);
        _result.Selection = _kept;
        o.Append(_result);
    }
}
