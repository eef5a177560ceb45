using System.Numerics;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions.Casts;

namespace OrleansStream.Engine.Expressions;

/// <summary>CAST and TRY_CAST: the node for each pair of types. Which pairs are allowed is the SQL side's to say; a pair that is not here is refused when it is bound.</summary>
public static class Casting
{
    /// <summary>Whether the two types have the same values, so that no cast is needed.</summary>
    public static bool Same(SqlType a, SqlType b) =>
        a.WithNullable(true) == b.WithNullable(true)
        || (a.IsText && b.Kind == TypeKind.VarChar && a.Precision <= b.Precision)
        || (a.IsBinary && b.Kind == TypeKind.VarBinary && a.Precision <= b.Precision);

    /// <exception cref="InvalidDataException">no such cast.</exception>
    public static Node To(Node node, SqlType to, Evaluation evaluation, bool isTry = false)
    {
        var from = node.Type;
        if (Same(from, to)) return node;
        if (from.Kind == TypeKind.Null) return LiteralNode.Null(to);
        var zone = new Zone(evaluation.Context.TimeZone);
        var cast = from.Kind switch
        {
            TypeKind.Boolean => FromBoolean(node, to),
            TypeKind.TinyInt => FromInteger<sbyte>(node, to),
            TypeKind.SmallInt => FromInteger<short>(node, to),
            TypeKind.Int => FromInteger<int>(node, to),
            TypeKind.BigInt => FromInteger<long>(node, to),
            TypeKind.Float => FromFloat<float, PrintFloat>(node, to),
            TypeKind.Double => FromFloat<double, PrintDouble>(node, to),
            TypeKind.Decimal => from.Physical == Physical.Int64 ? FromDecimal<long>(node, to) : FromDecimal<Int128>(node, to),
            TypeKind.Char or TypeKind.VarChar or TypeKind.Binary or TypeKind.VarBinary => FromText(node, to, zone, isTry),
            TypeKind.Date or TypeKind.Time => FromDateOrTime(node, to, zone),
            TypeKind.Timestamp or TypeKind.TimestampLtz => FromTimestamp(node, to, zone),
            TypeKind.IntervalYearMonth => to.IsText ? Text<PrintMonths, int>(node, to) : FromInteger<int>(node, to),
            TypeKind.IntervalDayTime => to.IsText ? Text<PrintSpan, long>(node, to) : FromInteger<long>(node, to),
            _ => FromNested(node, to, evaluation, isTry),
        };
        if (cast is null) throw new InvalidDataException($"no cast from {from} to {to}");
        return node.IsConstant ? LiteralNode.Fold(cast) : cast;
    }

    private static Node? FromNested(Node node, SqlType to, Evaluation evaluation, bool isTry)
    {
        if (to.IsText)
        {
            var text = new NestedToTextNode(SqlType.String.WithNullable(node.Type.Nullable), node, evaluation);
            return To(text, to, evaluation, isTry);
        }

        if (node.Type.Kind != to.Kind) return null;
        return to.Kind switch
        {
            TypeKind.Array => new ListCastNode(to, node, evaluation, isTry),
            TypeKind.Map or TypeKind.Multiset => new MapCastNode(to, node, evaluation, isTry),
            TypeKind.Row when to.Fields.Length == node.Type.Fields.Length => new RowCastNode(to, node, evaluation, isTry),
            _ => null,
        };
    }

    private static UnaryNode<TKernel, TA, TR> Unary<TKernel, TA, TR>(Node node, SqlType to, TKernel kernel = default) where TKernel : struct, IUnary<TA, TR> where TA : struct where TR : struct =>
        new(to, kernel, node);

    private static UnaryNode<ToText<TPrint, TA>, TA, TextSink> Text<TPrint, TA>(Node node, SqlType to) where TPrint : struct, IPrint<TA> where TA : struct =>
        new(to, new ToText<TPrint, TA>(node.Type, to), node);

    private static Node? FromBoolean(Node node, SqlType to) => to.Kind switch
    {
        TypeKind.TinyInt => Unary<FromBoolean<sbyte>, bool, sbyte>(node, to),
        TypeKind.SmallInt => Unary<FromBoolean<short>, bool, short>(node, to),
        TypeKind.Int => Unary<FromBoolean<int>, bool, int>(node, to),
        TypeKind.BigInt => Unary<FromBoolean<long>, bool, long>(node, to),
        TypeKind.Float => Unary<FromBoolean<float>, bool, float>(node, to),
        TypeKind.Double => Unary<FromBoolean<double>, bool, double>(node, to),
        TypeKind.Decimal => to.Physical == Physical.Int64
            ? Unary<BooleanToDecimal<long>, bool, long>(node, to, new(to)) : Unary<BooleanToDecimal<Int128>, bool, Int128>(node, to, new(to)),
        TypeKind.Char or TypeKind.VarChar => Text<PrintBoolean, bool>(node, to),
        _ => null,
    };

    private static Node? FromInteger<TA>(Node node, SqlType to) where TA : struct, IBinaryInteger<TA> => to.Kind switch
    {
        TypeKind.Boolean => Unary<ToBoolean<TA>, TA, bool>(node, to),
        TypeKind.TinyInt => Unary<Casts.Convert<TA, sbyte>, TA, sbyte>(node, to),
        TypeKind.SmallInt => Unary<Casts.Convert<TA, short>, TA, short>(node, to),
        TypeKind.Int or TypeKind.IntervalYearMonth => Unary<Casts.Convert<TA, int>, TA, int>(node, to),
        TypeKind.BigInt or TypeKind.IntervalDayTime => Unary<Casts.Convert<TA, long>, TA, long>(node, to),
        TypeKind.Float => Unary<Casts.Convert<TA, float>, TA, float>(node, to),
        TypeKind.Double => Unary<Casts.Convert<TA, double>, TA, double>(node, to),
        TypeKind.Decimal => to.Physical == Physical.Int64
            ? Unary<ToDecimal<TA, long>, TA, long>(node, to, new(0, to)) : Unary<ToDecimal<TA, Int128>, TA, Int128>(node, to, new(0, to)),
        TypeKind.Char or TypeKind.VarChar => Text<PrintInteger<TA>, TA>(node, to),
        _ => null,
    };

    private static Node? FromFloat<TA, TPrint>(Node node, SqlType to) where TA : struct, IFloatingPointIeee754<TA> where TPrint : struct, IPrint<TA> => to.Kind switch
    {
        TypeKind.Boolean => Unary<ToBoolean<TA>, TA, bool>(node, to),
        TypeKind.TinyInt => Unary<Narrow<TA, sbyte>, TA, sbyte>(node, to),
        TypeKind.SmallInt => Unary<Narrow<TA, short>, TA, short>(node, to),
        TypeKind.Int => Unary<Narrow<TA, int>, TA, int>(node, to),
        TypeKind.BigInt => Unary<Narrow<TA, long>, TA, long>(node, to),
        TypeKind.Float => Unary<Casts.Convert<TA, float>, TA, float>(node, to),
        TypeKind.Double => Unary<Casts.Convert<TA, double>, TA, double>(node, to),
        TypeKind.Decimal => to.Physical == Physical.Int64
            ? Unary<FloatToDecimal<TA, long>, TA, long>(node, to, new(to)) : Unary<FloatToDecimal<TA, Int128>, TA, Int128>(node, to, new(to)),
        TypeKind.Char or TypeKind.VarChar => Text<TPrint, TA>(node, to),
        _ => null,
    };

    private static Node? FromDecimal<TA>(Node node, SqlType to) where TA : struct, IBinaryInteger<TA>
    {
        int scale = node.Type.Scale;
        return to.Kind switch
        {
            TypeKind.Boolean => Unary<ToBoolean<TA>, TA, bool>(node, to),
            TypeKind.TinyInt => Unary<DecimalToInteger<TA, sbyte>, TA, sbyte>(node, to, new(scale)),
            TypeKind.SmallInt => Unary<DecimalToInteger<TA, short>, TA, short>(node, to, new(scale)),
            TypeKind.Int => Unary<DecimalToInteger<TA, int>, TA, int>(node, to, new(scale)),
            TypeKind.BigInt => Unary<DecimalToInteger<TA, long>, TA, long>(node, to, new(scale)),
            TypeKind.Float => Unary<DecimalToFloat<TA, float>, TA, float>(node, to, new(scale)),
            TypeKind.Double => Unary<DecimalToFloat<TA, double>, TA, double>(node, to, new(scale)),
            TypeKind.Decimal => to.Physical == Physical.Int64
                ? Unary<ToDecimal<TA, long>, TA, long>(node, to, new(scale, to)) : Unary<ToDecimal<TA, Int128>, TA, Int128>(node, to, new(scale, to)),
            TypeKind.Char or TypeKind.VarChar => Text<PrintDecimal<TA>, TA>(node, to),
            _ => null,
        };
    }

    private static UnaryNode<FromText<TParse, TR>, Text, TR> Parse<TParse, TR>(Node node, SqlType to, bool isTry) where TParse : struct, IParse<TR> where TR : struct =>
        new(to, new FromText<TParse, TR>(to, isTry), node);

    private static Node? FromText(Node node, SqlType to, Zone zone, bool isTry)
    {
        if (to.IsText || to.IsBinary) return Unary<TextToText, Text, TextSink>(node, to, new(node.Type, to, isTry));
        if (node.Type.IsBinary) return null;
        switch (to.Kind)
        {
            case TypeKind.Boolean: return Parse<ParseBoolean, bool>(node, to, isTry);
            case TypeKind.TinyInt: return Parse<ParseInteger<sbyte>, sbyte>(node, to, isTry);
            case TypeKind.SmallInt: return Parse<ParseInteger<short>, short>(node, to, isTry);
            case TypeKind.Int: return Parse<ParseInteger<int>, int>(node, to, isTry);
            case TypeKind.BigInt: return Parse<ParseInteger<long>, long>(node, to, isTry);
            case TypeKind.Float: return Parse<ParseFloat<float>, float>(node, to, isTry);
            case TypeKind.Double: return Parse<ParseFloat<double>, double>(node, to, isTry);
            case TypeKind.Decimal: return to.Physical == Physical.Int64 ? Parse<ParseDecimal<long>, long>(node, to, isTry) : Parse<ParseDecimal<Int128>, Int128>(node, to, isTry);
            case TypeKind.Date: return Parse<ParseDate, int>(node, to, isTry);
            case TypeKind.Time: return Parse<ParseTime, int>(node, to, isTry);
            case TypeKind.IntervalYearMonth: return Parse<ParseMonths, int>(node, to, isTry);
            case TypeKind.IntervalDayTime: return Parse<ParseSpan, long>(node, to, isTry);
            case TypeKind.Timestamp or TypeKind.TimestampLtz:
                var wall = Parse<ParseNanos, Int128>(node, SqlType.Timestamp(9).WithNullable(to.Nullable), isTry);
                return FromTimestamp(wall, to, zone);
            default: return null;
        }
    }

    private static Node? FromDateOrTime(Node node, SqlType to, Zone zone)
    {
        bool date = node.Type.Kind == TypeKind.Date;
        if (to.IsText) return date ? Text<PrintDate, int>(node, to) : Text<PrintTime, int>(node, to);
        if (to.Kind == TypeKind.Time && !date) return Unary<TruncateTime, int, int>(node, to, new(to));
        if (!to.IsTimestamp) return null;
        var ms = SqlType.Timestamp(3).WithNullable(to.Nullable);
        Node wall = date ? Unary<DateToMs, int, long>(node, ms) : Unary<TimeToMs, int, long>(node, ms);
        return FromTimestamp(wall, to, zone);
    }

    private static Node? FromTimestamp(Node node, SqlType to, Zone zone)
    {
        var source = node.Type;
        bool fromInstant = source.Kind == TypeKind.TimestampLtz;
        if (to.IsText || to.Kind is TypeKind.Date or TypeKind.Time)
        {
            // What people read is the wall clock.
            if (fromInstant) node = ChangeClock(node, false, source with { Kind = TypeKind.Timestamp }, zone);
            if (to.IsText) return source.Physical == Physical.Int64 ? Text<PrintMs, long>(node, to) : Text<PrintNanos, Int128>(node, to);
            node = ChangeDigits(node, SqlType.Timestamp(3).WithNullable(to.Nullable));
            return to.Kind == TypeKind.Date ? Unary<MsToDate, long, int>(node, to) : Unary<MsToTime, long, int>(node, to, new(to.Precision));
        }

        if (!to.IsTimestamp) return null;
        bool toInstant = to.Kind == TypeKind.TimestampLtz;
        if (fromInstant != toInstant) node = ChangeClock(node, toInstant, source with { Kind = to.Kind }, zone);
        return ChangeDigits(node, to);
    }

    private static Node ChangeClock(Node node, bool toInstant, SqlType to, Zone zone) => (to.Physical, toInstant) switch
    {
        (Physical.Int64, true) => Unary<LocalToUtc, long, long>(node, to, new(zone)),
        (Physical.Int64, false) => Unary<UtcToLocal, long, long>(node, to, new(zone)),
        (_, true) => Unary<LocalToUtcNanos, Int128, Int128>(node, to, new(zone)),
        _ => Unary<UtcToLocalNanos, Int128, Int128>(node, to, new(zone)),
    };

    private static Node ChangeDigits(Node node, SqlType to) => (node.Type.Physical, to.Physical) switch
    {
        (Physical.Int64, Physical.Int64) => Unary<TruncateMs, long, long>(node, to, new(to.Precision)),
        (Physical.Int64, _) => Unary<MsToNanos, long, Int128>(node, to),
        (_, Physical.Int64) => Unary<NanosToMs, Int128, long>(node, to, new(to.Precision)),
        _ => Unary<TruncateNanos, Int128, Int128>(node, to, new(to.Precision)),
    };
}
