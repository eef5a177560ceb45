using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Operators;

/// <summary>Each output column is an expression over the input's columns.</summary>
[Operator("project")]
public sealed record ProjectSpec(Schema Output, ImmutableArray<Expr> Expressions) : OperatorSpec(Output)
{
    public override Operator Create() => new Project(this);

    public override string Describe() => $"Project(select=[{string.Join(", ", Expressions.Select((e, i) => e is ColumnExpr ? e.ToString() : $"{e} AS {Output[i].Name}"))}])";
}

/// <summary>Computes the wanted rows in place: positions, selection, kinds and marks stay. Hashes do not: the keys they belong to may be gone.</summary>
public sealed class Project(ProjectSpec spec) : Operator
{
    private readonly Batch _result = new(spec.Output, new Column[spec.Output.Count]);
    private Evaluator _evaluator = null!;

    public override bool TakesMarks => true;

    public override void Open(OperatorContext c) =>
        _evaluator = Evaluator.Bind(spec.Expressions, c.Inputs[0], new EvaluationContext(c.TimeZone, () => c.ProcessingTime));

    public override void OnBatch(int port, Batch input, Output o)
    {
        _evaluator.Evaluate(input, _result.Columns);
        _result.Length = input.Length;
        _result.Selection = input.Selection;
        (_result.KindArray, _result.KindsStart) = (input.KindArray, input.KindsStart);
        _result.Marks = input.Marks;
        o.Append(_result);
    }
}
