using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Expressions;

/// <summary>
/// Expressions bound once to the columns of an input and evaluated batch by batch. Nothing is allocated after the first batches, but for the buffers of produced texts.
/// </summary>
public sealed class Evaluator
{
    private readonly Evaluation _evaluation;
    private readonly Node[] _roots;

    private Evaluator(Evaluation evaluation, Node[] roots)
    {
        _evaluation = evaluation;
        _roots = roots;
    }

    /// <exception cref="InvalidDataException">the expression does not fit the input, or calls what the catalog does not have.</exception>
    public static Evaluator Bind(Expr expr, Schema input, EvaluationContext context) => Bind([expr], input, context);

    /// <summary>Several expressions; what they have in common is computed once.</summary>
    public static Evaluator Bind(ImmutableArray<Expr> exprs, Schema input, EvaluationContext context)
    {
        var evaluation = new Evaluation(context);
        var binder = new Binder(input, evaluation);
        foreach (var e in exprs) binder.Count(e);
        return new Evaluator(evaluation, [.. exprs.Select(e => Typed(binder.Bind(e), e.Type))]);
    }

    // A cast that changes no value (VARCHAR(3) to STRING) is no node; the result's column still has to say its type.
    private static Node Typed(Node node, SqlType type) => node.Type.WithNullable(true) == type.WithNullable(true) ? node : new RetypeNode(type, node);

    /// <summary>
    /// The values of the first expression at the batch's rows that count, by position; borrowed until the next call. It may be a column of the batch itself.
    /// </summary>
    /// <exception cref="EvaluationException">a value cannot be computed.</exception>
    public Column Evaluate(Batch batch) => _roots[0].Evaluate(_evaluation.Begin(batch));

    /// <summary>The values of all expressions.</summary>
    public void Evaluate(Batch batch, Span<Column> results)
    {
        var rows = _evaluation.Begin(batch);
        for (int i = 0; i < _roots.Length; i++) results[i] = _roots[i].Evaluate(rows);
    }
}

/// <summary>A condition, bound once: which rows it keeps.</summary>
public sealed class Predicate
{
    private readonly Evaluation _evaluation;
    private readonly Node _root;

    private Predicate(Evaluation evaluation, Node root)
    {
        _evaluation = evaluation;
        _root = root;
    }

    /// <exception cref="InvalidDataException">not a BOOLEAN, or it does not fit the input.</exception>
    public static Predicate Bind(Expr condition, Schema input, EvaluationContext context)
    {
        if (condition.Type.Kind != TypeKind.Boolean) throw new InvalidDataException($"a condition of type {condition.Type}");
        var evaluation = new Evaluation(context);
        var binder = new Binder(input, evaluation);
        binder.Count(condition);
        return new Predicate(evaluation, binder.Bind(condition));
    }

    /// <summary>Writes the rows of the batch that count and for which the condition is TRUE; <paramref name="kept"/> must not be the batch's own selection.</summary>
    /// <exception cref="EvaluationException">a value cannot be computed.</exception>
    public void Filter(Batch batch, Selection kept) => _root.Select(_evaluation.Begin(batch), kept);
}
