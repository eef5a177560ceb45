using System.Collections.Immutable;
using OrleansStream.Engine.Functions;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Sql.Binding;

/// <summary>The engine's catalog as binding sees it.</summary>
internal sealed class EngineFunctions : IFunctions
{
    public static EngineFunctions Instance { get; } = new();

    /// <summary>Those that are called by name; operators are found by the binder.</summary>
    public IEnumerable<string> Names => FunctionCatalog.Scalars.Keys.Where(n => char.IsAsciiLetter(n[0]) && !n.Contains(' ', StringComparison.Ordinal));

    public bool Exists(string name) => FunctionCatalog.Scalars.ContainsKey(name);

    public FunctionMatch? Resolve(string name, ImmutableArray<Expr> arguments) =>
        FunctionCatalog.Scalars[name].Resolve(arguments) is { } call ? new FunctionMatch(call.Name, call.Arguments, call.Result) : null;

    public IEnumerable<string> Signatures(string name) => FunctionCatalog.Scalars[name].About.Signatures;
}
