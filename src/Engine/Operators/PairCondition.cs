using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Operators;

/// <summary>What a join asks of its pairs beside equal keys: an expression over left columns ++ right columns.</summary>
internal sealed class PairCondition(Expr condition, Schema pairs, EvaluationContext context)
{
    private readonly Predicate _predicate = Predicate.Bind(condition, pairs, context);
    private readonly Selection _kept = new();

    /// <summary>Where the caller writes the pairs to be judged, a batch at most.</summary>
    public BatchBuilder Candidates { get; } = new(pairs);

    /// <summary>Numbers of the candidates that fulfil the condition; the builder is empty again.</summary>
    public ReadOnlySpan<int> Judge()
    {
        _predicate.Filter(Candidates.Borrow(), _kept);
        Candidates.Reset();
        return _kept.Rows;
    }
}
