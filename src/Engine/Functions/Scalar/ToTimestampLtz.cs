using System.Collections.Immutable;
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
    private static readonly SqlType Result = SqlType.TimestampLtz(3);

    public ToTimestampLtz()
    {
        Add(Overload.Of<Text1, Text, long>(Take.Text, Result, true));
        Add(Overload.Of<Text2, Text, Text, long>(Take.Text, Take.Text, Result, true, static _ => new Text2(new DatePatterns())));
        Add(Overload.Of<Text3, Text, Text, Text, long>(Take.Text, Take.Text, Take.Text, Result, true, static _ => new Text3(new DatePatterns())));
    }

    public override ResolvedCall? Resolve(ImmutableArray<Expr> arguments)
    {
        if (arguments.Length is not (1 or 2) || !arguments[0].Type.IsNumeric) return base.Resolve(arguments);
        var number = arguments[0].Type.IsInteger ? SqlType.BigInt : SqlType.Double;
        number = number.WithNullable(arguments[0].Type.Nullable);
        if (arguments.Length == 1) return new ResolvedCall(Name, [number], Result);
        if (arguments[1] is LiteralExpr { Value: not (null or "0" or "3") } || Take.Int(arguments[1].Type) is null) return null;
        return new ResolvedCall(Name, [number, SqlType.Int.WithNullable(arguments[1].Type.Nullable)], Result);
    }

    public override Node Bind(BoundCall call)
    {
        if (call.Arguments.Length is not (1 or 2) || !call.Call.Arguments[0].Type.IsNumeric) return base.Bind(call);
        var types = Resolve(call.Call.Arguments)?.Arguments ?? throw Unknown(call.Call);
        var number = Casting.To(call.Arguments[0], types[0], call.Evaluation);
        Node precision = call.Arguments.Length == 1 ? LiteralNode.Of(new LiteralExpr("3", SqlType.Int.NotNull), call.Evaluation) : Casting.To(call.Arguments[1], types[1], call.Evaluation);
        return number.Type.Kind == TypeKind.BigInt
            ? new BinaryNode<OfLong, long, int, long>(call.Type, default, number, precision)
            : new BinaryNode<OfDouble, double, int, long>(call.Type, default, number, precision);
    }

    private static readonly long Least = Calendar.DaysOf(0, 1, 1) * Calendar.Day;
    private static readonly long Greatest = (Calendar.DaysOf(10000, 1, 1) * Calendar.Day) - 1;

    private static bool Fits(Int128 ms, ref long result)
    {
        if (ms < Least || ms > Greatest) return false;
        result = (long)ms;
        return true;
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

    private readonly struct Text1 : IUnary<Text, long>
    {
        public bool Invoke(Text a, ref long result) => TemporalParse.Timestamp(a.Bytes, out var nanos) && Fits(TemporalText.MsOf(nanos), ref result);
    }

    private readonly struct Text2(DatePatterns patterns) : IBinary<Text, Text, long>
    {
        public bool Invoke(Text a, Text b, ref long result) =>
            patterns.Of(b.Bytes) is { } known && known.Read(a.Bytes, out var nanos) && Fits(TemporalText.MsOf(nanos), ref result);
    }

    private readonly struct Text3(DatePatterns patterns) : ITernary<Text, Text, Text, long>
    {
        public bool Invoke(Text a, Text b, Text zone, ref long result)
        {
            if (patterns.Of(b.Bytes) is not { } known || !known.Read(a.Bytes, out var nanos)) return false;
            if (!TimeZoneInfo.TryFindSystemTimeZoneById(System.Text.Encoding.UTF8.GetString(zone.Bytes), out var found)) return false;
            return Fits(new Zone(found).ToUtc(TemporalText.MsOf(nanos)), ref result);
        }
    }
}
