using System.Collections.Immutable;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Sql.Binding;

/// <summary>The engine's catalog as binding sees it.</summary>
internal sealed class EngineFunctions : IFunctions
{
    public static EngineFunctions Instance { get; } = new();
    public IEnumerable<string> Names => [];

    public bool Exists(string name) => false;

    public FunctionMatch? Resolve(string name, ImmutableArray<Expr> arguments) => null;

    public IEnumerable<string> Signatures(string name) => [];
}
