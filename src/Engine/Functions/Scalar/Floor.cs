using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("FLOOR", "FLOOR(numeric)", "FLOOR(timepoint TO timeintervalunit)", Doc = "The greatest whole number not above the value, or the start of the unit of time.", Example = "FLOOR(-1.5) = -2")]
public sealed class Floor : NumericFunction
{
    public override ResolvedCall? Resolve(ImmutableArray<Expr> arguments) =>
        arguments.Length == 2 ? RoundTime.Resolve(Name, arguments) : base.Resolve(arguments);

    public override Node Bind(BoundCall call) => call.Arguments.Length == 2 ? RoundTime.Bind(call, up: false) ?? throw Unknown(call.Call) : base.Bind(call);

    private protected override SqlType DecimalResult(SqlType type) => SqlType.Decimal(type.Precision, 0);

    private protected override Node Number<T>(SqlType type, Node a) => type.IsInteger ? a : new UnaryNode<Kernel<T>, T, T>(type, default, a);

    private protected override Node Decimal<TA, TR>(SqlType type, Node a) => new UnaryNode<RoundDecimal<TA, TR>, TA, TR>(type, new(a.Type.Scale, 0, type, Direction.Down), a);

    private readonly struct Kernel<T> : IUnary<T, T> where T : struct, System.Numerics.INumber<T>
    {
        public bool Invoke(T a, ref T result)
        {
            result = T.CreateTruncating(Math.Floor(double.CreateTruncating(a)));
            return true;
        }
    }
}
