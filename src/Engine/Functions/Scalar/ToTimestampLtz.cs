using System.Collections.Immutable;
using System.Text;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Expressions.Casts;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("TO_TIMESTAMP_LTZ", "TO_TIMESTAMP_LTZ(numeric[, precision])", "TO_TIMESTAMP_LTZ(string1[, string2[, string3]])",
    Doc = "The instant of a number of seconds (precision 0) or milliseconds (3) since 1970, or of a text by a pattern in a time zone (UTC if not given); NULL outside the years 0 to 9999.",
    Example = "TO_TIMESTAMP_LTZ(100, 3) IS NOT NULL = TRUE")]
public sealed class ToTimestampLtz : ScalarFunction
{
    private static readonly Int128 Least = (Int128)Calendar.DaysOf(0, 1, 1) * Calendar.Day;
    private static readonly Int128 Greatest = ((Int128)Calendar.DaysOf(10000, 1, 1) * Calendar.Day) - 1;

    public override ResolvedCall? Resolve(ImmutableArray<Expr> arguments)
    {
        if (arguments.Length is < 1 or > 3) return null;
        if (!arguments[0].Type.IsNumeric) return OfText(arguments);
        var number = (arguments[0].Type.IsInteger ? SqlType.BigInt : SqlType.Double).WithNullable(arguments[0].Type.Nullable);
        if (arguments.Length == 1) return new ResolvedCall(Name, [number], SqlType.TimestampLtz(3));
        if (arguments.Length == 3 || arguments[1] is LiteralExpr { Value: not (null or "0" or "3") } || Take.Int(arguments[1].Type) is null) return null;
        return new ResolvedCall(Name, [number, SqlType.Int.WithNullable(arguments[1].Type.Nullable)], SqlType.TimestampLtz(3));
    }

    public override Node Bind(BoundCall call)
    {
        var types = Resolve(call.Call.Arguments)?.Arguments ?? throw Unknown(call.Call);
        Node[] a = [.. call.Arguments.Select((n, i) => Casting.To(n, types[i], call.Evaluation))];
        if (types[0].IsText)
        {
            Node pattern = a.Length > 1 ? a[1] : Constant("yyyy-MM-dd HH:mm:ss.SSS", call), zone = a.Length > 2 ? a[2] : Constant("UTC", call);
            var nanos = new TernaryNode<OfPattern, Text, Text, Text, Int128>(SqlType.TimestampLtz(9), new(new DatePatterns(), a.Length == 1), a[0], pattern, zone);
            return Casting.To(nanos, call.Type, call.Evaluation);
        }

        Node precision = a.Length == 1 ? LiteralNode.Of(new LiteralExpr("3", SqlType.Int.NotNull), call.Evaluation) : a[1];
        return types[0].Kind == TypeKind.BigInt
            ? new BinaryNode<OfLong, long, int, long>(call.Type, default, a[0], precision)
            : new BinaryNode<OfDouble, double, int, long>(call.Type, default, a[0], precision);
    }

    // A constant pattern says how many digits of the second there are; a constant zone must exist.
    private ResolvedCall? OfText(ImmutableArray<Expr> arguments)
    {
        if (arguments.Any(a => Take.Text(a.Type) is null)) return null;
        if (arguments.Length == 3 && arguments[2] is LiteralExpr { Value: { } zone } && TimeZones.Find(zone) is null) return null;
        int digits = arguments.Length > 1 && arguments[1] is LiteralExpr { Value: { } pattern } ? Math.Clamp(pattern.Count(c => c == 'S'), 3, 9) : 3;
        return new ResolvedCall(Name, [.. arguments.Select(a => SqlType.String.WithNullable(a.Type.Nullable))], SqlType.TimestampLtz(digits));
    }

    private static LiteralNode Constant(string text, BoundCall call) => LiteralNode.Of(new LiteralExpr(text, SqlType.String.NotNull), call.Evaluation);

    private static bool Fits(Int128 ms, ref long result)
    {
        result = (long)ms;
        return ms >= Least && ms <= Greatest;
    }

    private readonly struct OfLong : IBinary<long, int, long>
    {
        public bool Invoke(long a, int precision, ref long result) => precision is 0 or 3 && Fits(precision == 0 ? (Int128)a * 1000 : a, ref result);
    }

    private readonly struct OfDouble : IBinary<double, int, long>
    {
        public bool Invoke(double a, int precision, ref long result)
        {
            double ms = precision == 0 ? a * 1000 : a;
            return precision is 0 or 3 && double.IsFinite(ms) && Math.Abs(ms) < 1e17 && Fits((long)ms, ref result);
        }
    }

    private readonly struct OfPattern(DatePatterns patterns, bool plain) : ITernary<Text, Text, Text, Int128>
    {
        public bool Invoke(Text a, Text pattern, Text zone, ref Int128 result)
        {
            if (!plain || !TemporalParse.Timestamp(a.Bytes, out var nanos))
            {
                if (patterns.Of(pattern.Bytes) is not { } known || !known.Read(a.Bytes, out nanos)) return false;
            }

            if (TimeZones.Find(Encoding.UTF8.GetString(zone.Bytes)) is not { } found) return false;
            long local = TemporalText.MsOf(nanos), utc = new Zone(found).ToUtc(local);
            result = nanos + ((Int128)(utc - local) * TemporalText.NanosPerMs);
            long ms = 0;
            return Fits(utc, ref ms);
        }
    }
}
