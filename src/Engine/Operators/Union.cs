using OrleansStream.Columns;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Operators;

/// <summary>UNION ALL: the rows of all ports in order of arrival; time is the least over the ports.</summary>
[Operator("union")]
public sealed record UnionSpec(Schema Output) : OperatorSpec(Output)
{
    public override Operator Create() => new Union();

    public override string Describe() => $"Union(all=[true], union=[{string.Join(", ", Output.Fields.Select(f => f.Name))}])";
}

public sealed class Union : Operator
{
    // Whole batches: what is behind judges lateness against the combined marks that the host puts on them.
    public override bool TakesMarks => true;

    public override bool OutputStays => true;

    public override void Open(OperatorContext c)
    {
    }

    public override void OnBatch(int port, Batch input, Output o) => o.Append(input);
}
