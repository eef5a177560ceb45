using OrleansStream.Columns;
using OrleansStream.Engine.Functions;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Expressions;

/// <summary>Turns the expressions of one operator into nodes. Expressions that are equal become one node, computed once a batch.</summary>
internal sealed class Binder(Schema input, Evaluation evaluation)
{
    private readonly Dictionary<Expr, int> _uses = [];
    private readonly Dictionary<Expr, Node> _bound = [];

    /// <summary>Counts how often each expression stands in these.</summary>
    public void Count(Expr e)
    {
        if (e is ColumnExpr or LiteralExpr) return;
        _uses[e] = _uses.GetValueOrDefault(e) + 1;
        if (_uses[e] > 1) return;
        switch (e)
        {
            case CallExpr c:
                foreach (var a in c.Arguments) Count(a);
                break;
            case CastExpr c: Count(c.Operand); break;
            case FieldExpr f: Count(f.Row); break;
            default: break;
        }
    }

    /// <exception cref="InvalidDataException">the plan does not fit the input, or calls what the catalog does not have.</exception>
    public Node Bind(Expr e)
    {
        if (_bound.TryGetValue(e, out var node)) return node;
        node = Make(e);
        if (_uses.GetValueOrDefault(e) > 1 && Pure(e)) node = new SharedNode(node, evaluation);
        return _bound[e] = node;
    }

    private Node Make(Expr e)
    {
        switch (e)
        {
            case ColumnExpr c:
                if (c.Index >= input.Count) throw new InvalidDataException($"column {c.Index} of {input}");
                if (input[c.Index].Type.Physical != c.Type.Physical) throw new InvalidDataException($"column {c.Index} is {input[c.Index].Type}, not {c.Type}");
                return new ColumnNode(c.Type, evaluation, c.Index);
            case LiteralExpr l: return LiteralNode.Of(l, evaluation);
            case FieldExpr f: return new FieldNode(f.Type, Bind(f.Row), f.Index);
            case CastExpr c: return Casting.To(Bind(c.Operand), c.Type, evaluation, c.Try);
            case CallExpr c:
                if (!FunctionCatalog.Scalars.TryGetValue(c.Function, out var function)) throw new InvalidDataException($"no function {c.Function}");
                var call = new BoundCall(c, [.. c.Arguments.Select(Bind)], evaluation);
                var node = function.Bind(call);
                return function.About.Purity == Purity.Pure && !call.Arguments.IsEmpty && call.Arguments.All(a => a.IsConstant) ? LiteralNode.Fold(node) : node;
            default: throw new InvalidDataException($"no expression {e.GetType().Name}");
        }
    }

    // RAND() twice are two numbers.
    private static bool Pure(Expr e) => e switch
    {
        CallExpr c => FunctionCatalog.Scalars.TryGetValue(c.Function, out var f) && f.About.Purity != Purity.Random && c.Arguments.All(Pure),
        CastExpr c => Pure(c.Operand),
        FieldExpr f => Pure(f.Row),
        _ => true,
    };
}
