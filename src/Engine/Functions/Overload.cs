using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions;

/// <summary>
/// One way to call a function: what it takes, what it gives, and the node that computes it. <see cref="Of{TKernel, TA, TR}"/> and its kin make one of a per-row kernel.
/// </summary>
public sealed class Overload
{
    private readonly ImmutableArray<Parameter> _parameters;
    private readonly Func<ImmutableArray<SqlType>, SqlType> _result;

    /// <param name="result">type of the result given the (cast) argument types; its nullability is completed here.</param>
    /// <param name="make">the node that computes a call.</param>
    public Overload(ImmutableArray<Parameter> parameters, Func<ImmutableArray<SqlType>, SqlType> result, Func<BoundCall, Node> make)
    {
        _parameters = parameters;
        _result = result;
        Make = make;
    }

    public Func<BoundCall, Node> Make { get; }

    /// <summary>NULL is possible although no argument is NULL.</summary>
    public bool MayBeNull { get; init; }

    /// <summary>The nullability of <c>result</c> stands as it is (functions that see NULLs).</summary>
    public bool OwnNullability { get; init; }

    /// <summary>The types to which the arguments are to be cast, or null.</summary>
    public ImmutableArray<SqlType>? Match(ImmutableArray<Expr> arguments)
    {
        if (arguments.Length != _parameters.Length) return null;
        var types = ImmutableArray.CreateBuilder<SqlType>(arguments.Length);
        for (int i = 0; i < arguments.Length; i++)
        {
            if (_parameters[i](arguments[i].Type) is not { } type) return null;
            types.Add(type.WithNullable(arguments[i].Type.Nullable));
        }

        return types.MoveToImmutable();
    }

    public SqlType Result(ImmutableArray<Expr> arguments, ImmutableArray<SqlType> types)
    {
        var type = _result(types);
        return OwnNullability ? type : type.WithNullable(MayBeNull || types.Any(t => t.Nullable));
    }

    public static Overload Of<TKernel, TA, TR>(Parameter a, SqlType result, bool mayBeNull = false, Func<BoundCall, TKernel>? kernel = null)
        where TKernel : struct, IUnary<TA, TR> where TA : struct where TR : struct =>
        new([a], _ => result, c => new UnaryNode<TKernel, TA, TR>(c.Type, kernel?.Invoke(c) ?? default, c.Arguments[0])) { MayBeNull = mayBeNull };

    public static Overload Of<TKernel, TA, TB, TR>(Parameter a, Parameter b, SqlType result, bool mayBeNull = false, Func<BoundCall, TKernel>? kernel = null)
        where TKernel : struct, IBinary<TA, TB, TR> where TA : struct where TB : struct where TR : struct =>
        new([a, b], _ => result, c => new BinaryNode<TKernel, TA, TB, TR>(c.Type, kernel?.Invoke(c) ?? default, c.Arguments[0], c.Arguments[1])) { MayBeNull = mayBeNull };

    public static Overload Of<TKernel, TA, TB, TC, TR>(
        Parameter a, Parameter b, Parameter c, SqlType result, bool mayBeNull = false, Func<BoundCall, TKernel>? kernel = null)
        where TKernel : struct, ITernary<TA, TB, TC, TR> where TA : struct where TB : struct where TC : struct where TR : struct =>
        new([a, b, c], _ => result, x => new TernaryNode<TKernel, TA, TB, TC, TR>(x.Type, kernel?.Invoke(x) ?? default, x.Arguments[0], x.Arguments[1], x.Arguments[2]))
        {
            MayBeNull = mayBeNull,
        };

    public static Overload Of<TKernel, TA, TB, TC, TD, TR>(
        Parameter a, Parameter b, Parameter c, Parameter d, SqlType result, bool mayBeNull = false, Func<BoundCall, TKernel>? kernel = null)
        where TKernel : struct, IQuaternary<TA, TB, TC, TD, TR> where TA : struct where TB : struct where TC : struct where TD : struct where TR : struct =>
        new([a, b, c, d], _ => result, x => new QuaternaryNode<TKernel, TA, TB, TC, TD, TR>(
            x.Type, kernel?.Invoke(x) ?? default, x.Arguments[0], x.Arguments[1], x.Arguments[2], x.Arguments[3]))
        {
            MayBeNull = mayBeNull,
        };

    public static Overload Of<TKernel, TR>(SqlType result, Func<BoundCall, TKernel>? kernel = null) where TKernel : struct, INullary<TR> where TR : struct =>
        new([], _ => result, c => new NullaryNode<TKernel, TR>(c.Type, kernel?.Invoke(c) ?? default, c.Evaluation));
}
