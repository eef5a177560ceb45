using System.Collections.Immutable;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("EXTRACT", "EXTRACT(timeintervalunit FROM temporal)", Doc = "A field of a point in time or an interval as BIGINT; the unit is a constant text in the plan.", Example = "EXTRACT(DAY FROM DATE '2006-06-05') = 5")]
public sealed class Extract : ExtractFunction
{
    public override ResolvedCall? Resolve(ImmutableArray<Expr> arguments) =>
        arguments.Length == 2 && TimeUnits.Of(arguments[0]) is { } unit ? Resolve(arguments, arguments[1], unit) : null;

    public override Node Bind(BoundCall call) =>
        call.Arguments.Length == 2 && TimeUnits.Of(call.Call.Arguments[0]) is { } unit && Bind(call, call.Arguments[1], unit) is { } node ? node : throw Unknown(call.Call);
}
