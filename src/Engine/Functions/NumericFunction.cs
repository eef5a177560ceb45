using System.Collections.Immutable;
using System.Numerics;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions;

/// <summary>A function of one number that keeps its type (or, for DECIMAL, changes precision and scale).</summary>
public abstract class NumericFunction : ScalarFunction
{
    public override ResolvedCall? Resolve(ImmutableArray<Expr> arguments) =>
        arguments is [{ Type.IsNumeric: true } a] ? new ResolvedCall(Name, [a.Type], a.Type.Kind == TypeKind.Decimal ? DecimalResult(a.Type).WithNullable(a.Type.Nullable) : a.Type) : null;

    public override Node Bind(BoundCall call)
    {
        if (call.Arguments.Length != 1) throw Unknown(call.Call);
        var a = call.Arguments[0];
        return a.Type.Kind switch
        {
            TypeKind.TinyInt => Number<sbyte>(call.Type, a),
            TypeKind.SmallInt => Number<short>(call.Type, a),
            TypeKind.Int => Number<int>(call.Type, a),
            TypeKind.BigInt => Number<long>(call.Type, a),
            TypeKind.Float => Number<float>(call.Type, a),
            TypeKind.Double => Number<double>(call.Type, a),
            TypeKind.Decimal => (a.Type.Physical, call.Type.Physical) switch
            {
                (Physical.Int64, Physical.Int64) => Decimal<long, long>(call.Type, a),
                (Physical.Int64, _) => Decimal<long, Int128>(call.Type, a),
                (_, Physical.Int64) => Decimal<Int128, long>(call.Type, a),
                _ => Decimal<Int128, Int128>(call.Type, a),
            },
            _ => throw Unknown(call.Call),
        };
    }

    private protected virtual SqlType DecimalResult(SqlType type) => type;

    private protected abstract Node Number<T>(SqlType type, Node a) where T : struct, INumber<T>;

    private protected abstract Node Decimal<TA, TR>(SqlType type, Node a) where TA : struct, IBinaryInteger<TA> where TR : struct, IBinaryInteger<TR>;
}
