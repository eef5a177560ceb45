using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Functions;
using OrleansStream.Engine.Plan;
using OrleansStream.Sql.Binding;
using OrleansStream.Sql.Diagnostics;
using OrleansStream.Sql.Physical;

namespace OrleansStream.Sql.Planning;

/// <summary>Whether the engine can evaluate what a plan says: each expression is bound once, as the shard will do.</summary>
internal sealed class ExpressionCheck(TextSpan span, DiagnosticBag diagnostics)
{
    public void Check(PhysicalNode node)
    {
        switch (node)
        {
            case PhysicalFilter f: Bind([f.Condition], f.Input.Schema); break;
            case PhysicalProject p: Bind(p.Items, p.Input.Schema); break;
            case PhysicalJoin { Condition: { } c } j: Bind([c], j.Left.Schema.Concat(j.Right.Schema)); break;
            case PhysicalWindowJoin { Condition: { } c } j: Bind([c], j.Left.Schema.Concat(j.Right.Schema)); break;
            case PhysicalIntervalJoin { Condition: { } c } j: Bind([c], j.Left.Schema.Concat(j.Right.Schema)); break;
            case PhysicalScan s:
                Bind([.. s.Positions.Where(p => s.Table.Columns[p].Computed is not null).Select(s.Computed)], s.Schema);
                if (s.Table.Watermark is not null) Bind([s.Local(s.Table.Watermark)], s.Schema);
                break;
        }
        foreach (PhysicalNode input in node.Inputs) Check(input);
    }

    private void Bind(ImmutableArray<Expr> expressions, Schema input)
    {
        if (expressions.IsEmpty) return;
        foreach (CallExpr call in expressions.SelectMany(ExprTree.All).OfType<CallExpr>())
        {
            if (FunctionCatalog.Scalars.ContainsKey(call.Function)) continue;
            diagnostics.Error(Codes.NotSupported, span, $"{call.Function} is not supported yet");
            return;
        }
        try
        {
            Evaluator.Bind(expressions, input, EvaluationContext.At(0));
        }
        catch (Exception e) when (e is InvalidDataException or NotSupportedException or EvaluationException or FormatException)
        {
            diagnostics.Error(Codes.NotSupported, span, $"the engine cannot evaluate this: {e.Message}");
        }
    }
}
