using OrleansStream.Columns;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Operators;

/// <summary>UNION ALL of any number of inputs of one schema (nullability apart): rows as they come, time as the minimum of the ports.</summary>
[Operator("union")]
public sealed record UnionSpec(Schema Output) : OperatorSpec(Output)
{
    public override Operator Create() => new Union();

    public override string Describe() => "Union";
}

public sealed class Union : Operator
{
    public override bool TakesMarks => true;

    public override void Open(OperatorContext c)
    {
    }

    public override void OnBatch(int port, Batch input, Output o) => o.Append(input);
}
