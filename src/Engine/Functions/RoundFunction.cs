using System.Collections.Immutable;
using System.Numerics;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Expressions.Casts;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions;

/// <summary>ROUND and TRUNCATE: a number to a number of digits behind the point. The result of a DECIMAL has that scale when the number of digits is a constant.</summary>
public abstract class RoundFunction : ScalarFunction
{
    private protected abstract Direction Direction { get; }

    public override ResolvedCall? Resolve(ImmutableArray<Expr> arguments)
    {
        if (arguments.Length is not (1 or 2) || !arguments[0].Type.IsNumeric) return null;
        if (arguments.Length == 2 && Take.BigInt(arguments[1].Type) is null) return null;
        var type = arguments[0].Type;
        bool nullable = arguments.Any(a => a.Type.Nullable);
        ImmutableArray<SqlType> types = arguments.Length == 1 ? [type] : [type, SqlType.Int.WithNullable(arguments[1].Type.Nullable)];
        var result = type.Kind == TypeKind.Decimal ? DecimalResult(type, Digits(arguments)) : type;
        return new ResolvedCall(Name, types, result.WithNullable(nullable));
    }

    public override Node Bind(BoundCall call)
    {
        var type = call.Call.Arguments[0].Type;
        var a = call.Arguments[0];
        Node digits = call.Arguments.Length == 2 ? Casting.To(call.Arguments[1], SqlType.Int, call.Evaluation) : LiteralNode.Zero(SqlType.Int.NotNull);
        return type.Kind switch
        {
            TypeKind.TinyInt or TypeKind.SmallInt or TypeKind.Int or TypeKind.BigInt =>
                Casting.To(new BinaryNode<OfInteger, long, int, long>(SqlType.BigInt, new(Direction), Casting.To(a, SqlType.BigInt, call.Evaluation), digits), call.Type, call.Evaluation),
            TypeKind.Float => Casting.To(new BinaryNode<OfDouble, double, int, double>(SqlType.Double, new(Direction), new UnaryNode<Exact, float, double>(SqlType.Double, default, a), digits), call.Type, call.Evaluation),
            TypeKind.Double => new BinaryNode<OfDouble, double, int, double>(call.Type, new(Direction), a, digits),
            TypeKind.Decimal => (type.Physical, call.Type.Physical) switch
            {
                (Physical.Int64, Physical.Int64) => OfDecimals<long, long>(call.Type, a, digits),
                (Physical.Int64, _) => OfDecimals<long, Int128>(call.Type, a, digits),
                (_, Physical.Int64) => OfDecimals<Int128, long>(call.Type, a, digits),
                _ => OfDecimals<Int128, Int128>(call.Type, a, digits),
            },
            _ => throw Unknown(call.Call),
        };
    }

    private protected virtual SqlType DecimalResult(SqlType type, int? digits)
    {
        if (digits is not { } n || n >= type.Scale) return type;
        return n < 0 ? SqlType.Decimal(Math.Min(38, 1 + type.Precision - type.Scale), 0) : SqlType.Decimal(Math.Min(38, 1 + type.Precision - type.Scale + n), n);
    }

    private static int? Digits(ImmutableArray<Expr> arguments) =>
        arguments.Length == 1 ? 0 : arguments[1] is LiteralExpr { Value: { } v } && int.TryParse(v, System.Globalization.CultureInfo.InvariantCulture, out int n) ? n : null;

    private BinaryNode<OfDecimal<TA, TR>, TA, int, TR> OfDecimals<TA, TR>(SqlType type, Node a, Node digits) where TA : struct, IBinaryInteger<TA> where TR : struct, IBinaryInteger<TR> =>
        new(type, new(a.Type.Scale, type, Direction), a, digits);

    /// <summary>The double of a float's own digits: 0.1F is 0.1, not 0.10000000149.</summary>
    private readonly struct Exact : IUnary<float, double>
    {
        public bool Invoke(float a, ref double result)
        {
            Span<byte> text = stackalloc byte[JavaDouble.MaxBytes];
            return NumberText.Float(text[..JavaDouble.Format(a, text)], out result);
        }
    }

    private readonly struct OfInteger(Direction direction) : IBinary<long, int, long>
    {
        public bool Invoke(long a, int digits, ref long result)
        {
            result = digits >= 0 ? a : digits < -18 ? 0 : (long)DecimalRounding.To(a, Int128Math.Pow10(-digits), direction);
            return true;
        }
    }

    /// <summary>Rounds the decimal digits that stand for the number, as Java's BigDecimal.valueOf(x).setScale(n).</summary>
    private readonly struct OfDouble(Direction direction) : IBinary<double, int, double>
    {
        public bool Invoke(double a, int digits, ref double result)
        {
            result = a;
            if (!double.IsFinite(a) || digits > 30) return true;
            Span<byte> text = stackalloc byte[JavaDouble.MaxBytes];
            int n = JavaDouble.Format(a, text);

            // 17 digits name a double: with this scale none of them is lost, and a number that does not fit is whole already.
            const int Scale = 20;
            if (digits > Scale - 1 || !NumberText.Decimal(text[..n], 38, Scale, out var value, out bool fits) || !fits) return true;
            value = Scale - digits > 38 ? 0 : DecimalRounding.To(value, Int128Math.Pow10(Scale - digits), direction);
            var kernel = new DecimalToFloat<Int128, double>(Scale);
            return kernel.Invoke(value, ref result);
        }
    }

    private readonly struct OfDecimal<TA, TR>(int scale, SqlType result, Direction direction) : IBinary<TA, int, TR> where TA : struct, IBinaryInteger<TA> where TR : struct, IBinaryInteger<TR>
    {
        public bool Invoke(TA a, int digits, ref TR r) => new RoundDecimal<TA, TR>(scale, Math.Max(digits, -60), result, direction).Invoke(a, ref r);
    }
}
