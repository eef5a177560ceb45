using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("CEIL", "CEIL(numeric)", "CEIL(timepoint TO timeintervalunit)", Aliases = ["CEILING"], Doc = "The least whole number not below the value, or the start of the next unit of time.", Example = "CEIL(-1.5) = -1")]
public sealed class Ceil : NumericFunction
{
    public override ResolvedCall? Resolve(ImmutableArray<Expr> arguments) =>
        arguments.Length == 2 ? RoundTime.Resolve(Name, arguments) : base.Resolve(arguments);

    public override Node Bind(BoundCall call) => call.Arguments.Length == 2 ? RoundTime.Bind(call, up: true) ?? throw Unknown(call.Call) : base.Bind(call);

    private protected override SqlType DecimalResult(SqlType type) => SqlType.Decimal(type.Precision, 0);

    private protected override Node Number<T>(SqlType type, Node a) => type.IsInteger ? a : new UnaryNode<Kernel<T>, T, T>(type, default, a);

    private protected override Node Decimal<TA, TR>(SqlType type, Node a) => new UnaryNode<RoundDecimal<TA, TR>, TA, TR>(type, new(a.Type.Scale, 0, type, Direction.Up), a);

    private readonly struct Kernel<T> : IUnary<T, T> where T : struct, System.Numerics.INumber<T>
    {
        public bool Invoke(T a, ref T result)
        {
            result = T.CreateTruncating(Math.Ceiling(double.CreateTruncating(a)));
            return true;
        }
    }
}
