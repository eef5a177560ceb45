using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("DATE_FORMAT", "DATE_FORMAT(timestamp, string)", Doc = "A point in time (or its text) by a pattern of Java's DateTimeFormatter; TIMESTAMP_LTZ on the session's wall clock.", Example = "DATE_FORMAT(TIMESTAMP '2024-02-03 04:05:06', 'yyyy/MM/dd') = '2024/02/03'")]
public sealed class DateFormat : ScalarFunction
{
    public override ResolvedCall? Resolve(ImmutableArray<Expr> arguments)
    {
        if (arguments.Length != 2 || Take.Text(arguments[1].Type) is null) return null;
        var type = arguments[0].Type;
        if (!type.IsTimestamp && !type.IsText && type.Kind is not (TypeKind.Date or TypeKind.Null)) return null;
        return new ResolvedCall(Name, [type, SqlType.String.WithNullable(arguments[1].Type.Nullable)], SqlType.String.WithNullable(true));
    }

    public override Node Bind(BoundCall call)
    {
        if (Resolve(call.Call.Arguments) is null) throw Unknown(call.Call);
        bool text = call.Arguments[0].Type.IsText;
        var wall = Casting.To(call.Arguments[0], SqlType.Timestamp(9), call.Evaluation, isTry: text);
        return new BinaryNode<Kernel, Int128, Text, TextSink>(call.Type, new(new DatePatterns()), wall, call.Arguments[1]);
    }

    private readonly struct Kernel(DatePatterns patterns) : IBinary<Int128, Text, TextSink>
    {
        public bool Invoke(Int128 a, Text pattern, ref TextSink result)
        {
            if (patterns.Of(pattern.Bytes) is not { } known) throw new EvaluationException($"not a date pattern: '{System.Text.Encoding.UTF8.GetString(pattern.Bytes)}'");
            known.Write(a, result);
            return true;
        }
    }
}
