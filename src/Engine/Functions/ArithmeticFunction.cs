using System.Collections.Immutable;
using System.Numerics;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Expressions.Kernels;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions;

/// <summary>
/// An arithmetic operator on two numbers: integers and approximate numbers in their common type, DECIMALs each in its own. Subclasses add what they do with times.
/// </summary>
public abstract class ArithmeticFunction : ScalarFunction
{
    /// <summary>The operator's symbol, which its type rule goes by.</summary>
    private protected abstract string Symbol { get; }

    public override ResolvedCall? Resolve(ImmutableArray<Expr> arguments)
    {
        if (arguments.Length != 2) return null;
        SqlType left = arguments[0].Type, right = arguments[1].Type;
        if (left.Kind == TypeKind.Null) left = right.WithNullable(true);
        if (right.Kind == TypeKind.Null) right = left.WithNullable(true);
        if (!left.IsNumeric || !right.IsNumeric) return ResolveTimes(left, right);
        var result = TypeRules.Arithmetic(Symbol, left, right);
        if (result.Kind == TypeKind.Decimal)
        {
            bool nullable = result.Nullable || Symbol == "/" || TypeRules.MayOverflow(Symbol, left, right);
            return new ResolvedCall(Name, [TypeRules.AsDecimal(left), TypeRules.AsDecimal(right)], result.WithNullable(nullable));
        }

        // The remainder has the type of the divisor (Calcite): MOD(BIGINT, INT) is INT.
        var computed = Symbol == "%" && result.IsInteger ? right.WithNullable(result.Nullable) : result;
        return new ResolvedCall(Name, [result.WithNullable(left.Nullable), result.WithNullable(right.Nullable)], computed);
    }

    public override Node Bind(BoundCall call)
    {
        if (call.Arguments.Length != 2) throw Unknown(call.Call);
        Node a = call.Arguments[0], b = call.Arguments[1];
        if (!a.Type.IsNumeric || !b.Type.IsNumeric) return BindTimes(call) ?? throw Unknown(call.Call);
        if (a.Type.Kind == TypeKind.Decimal || b.Type.Kind == TypeKind.Decimal)
        {
            if (call.Type.Kind != TypeKind.Decimal) throw Unknown(call.Call);
            a = Casting.To(a, TypeRules.AsDecimal(a.Type), call.Evaluation);
            b = Casting.To(b, TypeRules.AsDecimal(b.Type), call.Evaluation);
            return Decimals(call.Type, a, b);
        }

        var common = TypeRules.Common(a.Type, b.Type)!;
        a = Casting.To(a, common, call.Evaluation);
        b = Casting.To(b, common, call.Evaluation);
        Node node = common.Kind switch
        {
            TypeKind.TinyInt => Integers<sbyte>(common, a, b),
            TypeKind.SmallInt => Integers<short>(common, a, b),
            TypeKind.Int => Integers<int>(common, a, b),
            TypeKind.BigInt => Integers<long>(common, a, b),
            TypeKind.Float => Floats<float>(common, a, b),
            _ => Floats<double>(common, a, b),
        };
        return Casting.To(node, call.Type, call.Evaluation);
    }

    private protected virtual ResolvedCall? ResolveTimes(SqlType left, SqlType right) => null;

    private protected virtual Node? BindTimes(BoundCall call) => null;

    private protected abstract Node Integers<T>(SqlType type, Node a, Node b) where T : struct, IBinaryInteger<T>, ISignedNumber<T>;

    private protected abstract Node Floats<T>(SqlType type, Node a, Node b) where T : struct, IFloatingPointIeee754<T>;

    private protected abstract Node Decimals<TA, TB, TR>(SqlType type, Node a, Node b)
        where TA : struct, IBinaryInteger<TA> where TB : struct, IBinaryInteger<TB> where TR : struct, IBinaryInteger<TR>;

    private Node Decimals(SqlType type, Node a, Node b) => (a.Type.Physical, b.Type.Physical, type.Physical) switch
    {
        (Physical.Int64, Physical.Int64, Physical.Int64) => Decimals<long, long, long>(type, a, b),
        (Physical.Int64, Physical.Int64, _) => Decimals<long, long, Int128>(type, a, b),
        (Physical.Int64, _, Physical.Int64) => Decimals<long, Int128, long>(type, a, b),
        (Physical.Int64, _, _) => Decimals<long, Int128, Int128>(type, a, b),
        (_, Physical.Int64, Physical.Int64) => Decimals<Int128, long, long>(type, a, b),
        (_, Physical.Int64, _) => Decimals<Int128, long, Int128>(type, a, b),
        (_, _, Physical.Int64) => Decimals<Int128, Int128, long>(type, a, b),
        _ => Decimals<Int128, Int128, Int128>(type, a, b),
    };

    /// <summary>Whether an exact sum of two DECIMALs, computed in 64 bits, is the result as it stands.</summary>
    private protected static bool SumFits64(SqlType type, Node a, Node b)
    {
        int scale = Math.Max(a.Type.Scale, b.Type.Scale);
        return type.Physical == Physical.Int64 && a.Type.Physical == Physical.Int64 && b.Type.Physical == Physical.Int64 && type.Scale == scale
            && Math.Max(a.Type.Precision - a.Type.Scale, b.Type.Precision - b.Type.Scale) + scale < type.Precision;
    }
}
