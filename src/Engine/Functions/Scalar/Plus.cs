using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Expressions.Kernels;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("+", "numeric1 + numeric2", "time + interval", "interval + interval", Doc = "The sum; integers wrap, a DECIMAL of more than 38 digits is NULL.", Example = "1 + 2 = 3")]
public sealed class Plus : ArithmeticFunction
{
    private protected override string Symbol => "+";

    private protected override Node Integers<T>(SqlType type, Node a, Node b) => new ArithmeticNode<Add<T>, T>(type, a, b);

    private protected override Node Floats<T>(SqlType type, Node a, Node b) => new ArithmeticNode<Add<T>, T>(type, a, b);

    private protected override Node Decimals<TA, TB, TR>(SqlType type, Node a, Node b)
    {
        if (!SumFits64(type, a, b)) return new BinaryNode<DecimalAdd<TA, TB, TR>, TA, TB, TR>(type, new(a.Type, b.Type, type, false), a, b);
        return a.Type.Scale == b.Type.Scale
            ? new ArithmeticNode<Add<long>, long>(type, a, b)
            : new BinaryNode<DecimalAdd64, long, long, long>(type, new(a.Type, b.Type, false), a, b);
    }

    private protected override ResolvedCall? ResolveTimes(SqlType left, SqlType right)
    {
        if (TemporalArithmetic.Result(left, right) is { } type) return new ResolvedCall(Name, [left, right], type);
        return TemporalArithmetic.IsInterval(left) && TemporalArithmetic.Result(right, left) is { } swapped ? new ResolvedCall(Name, [left, right], swapped) : null;
    }

    private protected override Node? BindTimes(BoundCall call)
    {
        var (a, b) = (call.Arguments[0], call.Arguments[1]);
        return TemporalArithmetic.IsInterval(b.Type) ? TemporalArithmetic.Bind(call.Type, a, b, false) : TemporalArithmetic.Bind(call.Type, b, a, false);
    }
}
