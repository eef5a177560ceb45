using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Operators;

/// <summary>Computes the columns of the output, one per expression; a forwarded column is the input's own.</summary>
[Operator("project")]
public sealed record ProjectSpec(Schema Output, ImmutableArray<Expr> Items) : OperatorSpec(Output)
{
    public override Operator Create() => new Project(this);

    public override string Describe() => $"Project(select=[{string.Join(", ", Items)}])";
}

public sealed class Project(ProjectSpec spec) : Operator
{
    private readonly Batch _result = new(spec.Output, new Column[spec.Output.Count]);
    private Evaluator _evaluator = null!;

    public override bool TakesMarks => true;

    public override bool OutputStays => true;

    public override void Open(OperatorContext c) =>
        _evaluator = Evaluator.Bind(spec.Items, c.Inputs[0], new EvaluationContext(c.TimeZone, () => c.ProcessingTime));

    public override void OnBatch(int port, Batch input, Output o)
    {
        _evaluator.Evaluate(input, _result.Columns);
        _result.Length = input.Length;
        _result.Selection = input.Selection;
        _result.KindArray = input.KindArray;
        _result.KindsStart = input.KindsStart;
        _result.Marks = input.Marks;
        o.Append(_result);
    }
}
