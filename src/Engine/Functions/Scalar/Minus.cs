using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Expressions.Kernels;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("-", "numeric1 - numeric2", "- numeric", "time - interval", "interval - interval", Doc = "The difference, or the negative of one value; integers wrap.", Example = "1 - 2 = -1")]
public sealed class Minus : ArithmeticFunction
{
    private protected override string Symbol => "-";

    public override ResolvedCall? Resolve(ImmutableArray<Expr> arguments)
    {
        if (arguments.Length != 1) return base.Resolve(arguments);
        var type = arguments[0].Type;
        return type.IsNumeric || TemporalArithmetic.IsInterval(type) ? new ResolvedCall(Name, [type], type) : null;
    }

    public override Node Bind(BoundCall call)
    {
        if (call.Arguments.Length != 1) return base.Bind(call);
        var a = call.Arguments[0];
        Node zero = LiteralNode.Zero(a.Type.NotNull);
        return a.Type.Physical switch
        {
            Physical.Int8 => new ArithmeticNode<Subtract<sbyte>, sbyte>(call.Type, zero, a),
            Physical.Int16 => new ArithmeticNode<Subtract<short>, short>(call.Type, zero, a),
            Physical.Int32 => new ArithmeticNode<Subtract<int>, int>(call.Type, zero, a),
            Physical.Int64 => new ArithmeticNode<Subtract<long>, long>(call.Type, zero, a),
            Physical.Int128 => new UnaryNode<Negate<Int128>, Int128, Int128>(call.Type, default, a),
            Physical.Float32 => new UnaryNode<Negate<float>, float, float>(call.Type, default, a),
            Physical.Float64 => new UnaryNode<Negate<double>, double, double>(call.Type, default, a),
            _ => throw Unknown(call.Call),
        };
    }

    private protected override Node Integers<T>(SqlType type, Node a, Node b) => new ArithmeticNode<Subtract<T>, T>(type, a, b);

    private protected override Node Floats<T>(SqlType type, Node a, Node b) => new ArithmeticNode<Subtract<T>, T>(type, a, b);

    private protected override Node Decimals<TA, TB, TR>(SqlType type, Node a, Node b)
    {
        if (!SumFits64(type, a, b)) return new BinaryNode<DecimalAdd<TA, TB, TR>, TA, TB, TR>(type, new(a.Type, b.Type, type, true), a, b);
        return a.Type.Scale == b.Type.Scale
            ? new ArithmeticNode<Subtract<long>, long>(type, a, b)
            : new BinaryNode<DecimalAdd64, long, long, long>(type, new(a.Type, b.Type, true), a, b);
    }

    private protected override ResolvedCall? ResolveTimes(SqlType left, SqlType right) =>
        TemporalArithmetic.Result(left, right) is { } type ? new ResolvedCall(Name, [left, right], type) : null;

    private protected override Node? BindTimes(BoundCall call) => TemporalArithmetic.Bind(call.Type, call.Arguments[0], call.Arguments[1], true);

    /// <summary>−0.0 and 0.0 are two values: 0 − x would not do.</summary>
    private readonly struct Negate<T> : IUnary<T, T> where T : struct, System.Numerics.INumber<T>
    {
        public bool Invoke(T a, ref T result)
        {
            result = -a;
            return true;
        }
    }
}
