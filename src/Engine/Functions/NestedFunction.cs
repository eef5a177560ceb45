using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions;

/// <summary>A function of nested values: its types depend on those of its arguments, and one node computes it.</summary>
public abstract class NestedFunction : ScalarFunction
{
    public override ResolvedCall? Resolve(ImmutableArray<Expr> arguments)
    {
        if (Types([.. arguments.Select(a => a.Type)]) is not var (types, result)) return null;
        ImmutableArray<SqlType> cast = [.. types.Select((t, i) => t.WithNullable(arguments[i].Type.Nullable || arguments[i].Type.Kind == TypeKind.Null))];
        return new ResolvedCall(Name, cast, result.WithNullable(result.Nullable && About.Nulls == NullRule.Called || About.Nulls == NullRule.Strict && (MayBeNull || cast.Any(t => t.Nullable))));
    }

    public override Node Bind(BoundCall call)
    {
        var types = Resolve(call.Call.Arguments)?.Arguments ?? throw Unknown(call.Call);
        return Make(call with { Arguments = [.. call.Arguments.Select((n, i) => Casting.To(n, types[i], call.Evaluation))] });
    }

    /// <summary>The types to which the arguments are cast and the result's (whose nullability counts for functions that see NULLs), or null.</summary>
    protected abstract (ImmutableArray<SqlType> Arguments, SqlType Result)? Types(ImmutableArray<SqlType> given);

    /// <summary>The node of a call whose arguments are cast.</summary>
    protected abstract Node Make(BoundCall call);

    /// <summary>NULL is possible although no argument is NULL.</summary>
    protected virtual bool MayBeNull => false;

    private protected static NestedNode<TKernel> Node<TKernel>(BoundCall call, TKernel kernel, bool strict = true) where TKernel : struct, INested =>
        new(call.Type, kernel, [.. call.Arguments], strict);

    /// <summary>An ARRAY and a value as an array and an element of one type, or null.</summary>
    private protected static SqlType? WithElement(SqlType array, SqlType element) =>
        array.Kind == TypeKind.Array && TypeRules.Common(array.Element!, element) is { } common ? SqlType.Array(common) : null;

    /// <summary>ARRAYs as arrays of one type, or null.</summary>
    private protected static SqlType? OneArray(IEnumerable<SqlType> arrays) =>
        TypeRules.Common(arrays) is { Kind: TypeKind.Array } common ? common : null;
}
