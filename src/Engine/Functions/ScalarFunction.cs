using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions;

/// <summary>What NULL arguments do.</summary>
public enum NullRule : byte
{
    /// <summary>A NULL argument makes the result NULL, unseen by the function.</summary>
    Strict,

    /// <summary>The function sees NULLs and decides.</summary>
    Called,
}

/// <summary>What a result depends on.</summary>
public enum Purity : byte
{
    /// <summary>The arguments only.</summary>
    Pure,

    /// <summary>Also the session's time zone.</summary>
    Zone,

    /// <summary>Also the processing time of the batch.</summary>
    Time,

    /// <summary>Chance.</summary>
    Random,
}

/// <summary>Makes a class a scalar function of the catalog: found by one scan, documented from here.</summary>
/// <param name="name">upper case.</param>
/// <param name="signatures">how it is called, for messages and documentation: <c>ROUND(NUMERIC, INT)</c>.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class ScalarFunctionAttribute(string name, params string[] signatures) : Attribute
{
    public string Name { get; } = name;

    public string[] Signatures { get; } = signatures;

    /// <summary>Further names of the same function.</summary>
    public string[] Aliases { get; init; } = [];

    /// <summary>One sentence.</summary>
    public required string Doc { get; init; }

    /// <summary>A call and its result: <c>UPPER('abc') = 'ABC'</c>.</summary>
    public required string Example { get; init; }

    public NullRule Nulls { get; init; } = NullRule.Strict;

    public Purity Purity { get; init; } = Purity.Pure;
}

/// <summary>A function found for given arguments.</summary>
/// <param name="Arguments">types to which the arguments are to be cast.</param>
public sealed record ResolvedCall(string Name, ImmutableArray<SqlType> Arguments, SqlType Result);

/// <summary>What a function binds to: its arguments as nodes and as expressions, and the evaluation they belong to.</summary>
public sealed record BoundCall(CallExpr Call, ImmutableArray<Node> Arguments, Evaluation Evaluation)
{
    public SqlType Type => Call.Type;

    /// <summary>The text of argument <paramref name="i"/> when it is a constant, else null.</summary>
    public string? Constant(int i) =>
        i < Arguments.Length && Arguments[i] is LiteralNode { IsNull: false, All: TextColumn text } ? System.Text.Encoding.UTF8.GetString(text[0]) : null;

    public bool IsConstant(int i) => i < Arguments.Length && Arguments[i].IsConstant;
}

/// <summary>
/// A scalar function: its overloads, or, where types depend on each other in ways of their own, <see cref="Resolve"/> and <see cref="Bind"/> overridden.
/// </summary>
public abstract class ScalarFunction
{
    private readonly List<Overload> _overloads = [];

    /// <summary>Upper-case name; set by the catalog.</summary>
    public string Name { get; internal set; } = "";

    public ScalarFunctionAttribute About { get; internal set; } = null!;

    protected void Add(Overload overload) => _overloads.Add(overload);

    /// <summary>The first overload that takes these arguments, or null. Literals matter to a few functions: ROUND(x, 2) has scale 2.</summary>
    public virtual ResolvedCall? Resolve(ImmutableArray<Expr> arguments)
    {
        foreach (var o in _overloads) if (o.Match(arguments) is { } types) return new ResolvedCall(Name, types, o.Result(arguments, types));
        return null;
    }

    /// <summary>The node that computes a call; its arguments have the types that <see cref="Resolve"/> gave.</summary>
    /// <exception cref="InvalidDataException">the plan calls the function in a way that it does not know.</exception>
    public virtual Node Bind(BoundCall call)
    {
        foreach (var o in _overloads)
        {
            if (o.Match(call.Call.Arguments) is not { } types) continue;
            var nodes = call.Arguments.Select((n, i) => Casting.To(n, types[i], call.Evaluation)).ToImmutableArray();
            return o.Make(call with { Arguments = nodes });
        }

        throw Unknown(call.Call);
    }

    protected static InvalidDataException Unknown(CallExpr call) =>
        new($"no function {call.Function}({string.Join(", ", call.Arguments.Select(a => a.Type))})");
}
