using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Sql.Binding;

/// <summary>A function found for given arguments.</summary>
/// <param name="Arguments">types to which the arguments are cast.</param>
public sealed record FunctionMatch(string Name, ImmutableArray<SqlType> Arguments, SqlType Result);

/// <summary>The scalar functions that the engine has, as far as binding needs to know them.</summary>
public interface IFunctions
{
    /// <summary>Upper-case names, for "did you mean".</summary>
    IEnumerable<string> Names { get; }

    bool Exists(string name);

    /// <summary>The overload that takes these arguments, or null.</summary>
    FunctionMatch? Resolve(string name, ImmutableArray<Expr> arguments);

    /// <summary>How the function is called, for messages: ROUND(NUMERIC, INT).</summary>
    IEnumerable<string> Signatures(string name);
}
