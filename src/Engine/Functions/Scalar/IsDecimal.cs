using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions.Casts;
using OrleansStream.Engine.Expressions.Kernels;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("IS_DECIMAL", "IS_DECIMAL(string)", Doc = "Whether the text is a number; FALSE for NULL.", Example = "IS_DECIMAL('1.5') = TRUE")]
public sealed class IsDecimal : ScalarFunction
{
    public IsDecimal() => Add(Overload.Of<Kernel, Text, bool>(Take.Text, SqlType.Boolean));

    private readonly struct Kernel : IUnary<Text, bool>
    {
        public bool Invoke(Text a, ref bool result)
        {
            result = NumberText.Float(a.Bytes, out double _);
            return true;
        }
    }

    public override ResolvedCall? Resolve(ImmutableArray<Expr> arguments) => base.Resolve(arguments) is { } r ? r with { Result = SqlType.Boolean.NotNull } : null;

    // NULL is FALSE here.
    public override Node Bind(BoundCall call) => new IsNode(call.Type, base.Bind(call), true, false);
}
