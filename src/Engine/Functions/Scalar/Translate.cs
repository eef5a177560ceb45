using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Expressions.Kernels;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("TRANSLATE", "TRANSLATE(expr, fromStr, toStr)", Nulls = NullRule.Called,
    Doc = "The text with each character of the second replaced by the one at its place in the third, or left out where that is shorter (or NULL). A NULL second text changes nothing.",
    Example = "TRANSLATE('www.apache.org', 'wapcheorg', ' astring') = '   .asatri.ng'")]
public sealed class Translate : ScalarFunction
{
    public override ResolvedCall? Resolve(ImmutableArray<Expr> arguments)
    {
        if (arguments.Length != 3 || arguments.Any(a => Take.Text(a.Type) is null)) return null;
        return new ResolvedCall(Name, [.. arguments.Select(a => SqlType.String.WithNullable(a.Type.Nullable))], SqlType.String.WithNullable(arguments[0].Type.Nullable));
    }

    public override Node Bind(BoundCall call)
    {
        // NULL and empty mean the same in the second and third place.
        var empty = LiteralNode.Of(new LiteralExpr("", SqlType.String.NotNull), call.Evaluation);
        Node OrEmpty(int i) => new CoalesceNode(SqlType.String.NotNull, [Casting.To(call.Arguments[i], SqlType.String, call.Evaluation), empty], call.Evaluation);
        var text = Casting.To(call.Arguments[0], SqlType.String, call.Evaluation);
        return new TernaryNode<Kernel, Text, Text, Text, TextSink>(call.Type, default, text, OrEmpty(1), OrEmpty(2));
    }

    private readonly struct Kernel : ITernary<Text, Text, Text, TextSink>
    {
        public bool Invoke(Text a, Text from, Text by, ref TextSink result)
        {
            var text = a.Bytes;
            while (!text.IsEmpty)
            {
                int n = CodePoints.Length(text, 0);
                int at = CodePoints.Find(from.Bytes, text[..n]);
                if (at == 0) result.Append(text[..n]);
                else result.Append(CodePoints.Slice(by.Bytes, at - 1, 1));
                text = text[n..];
            }

            return true;
        }
    }
}
