using System.Collections.Frozen;
using System.Reflection;
using OrleansStream.Engine.Plan;

namespace OrleansStream.Engine.Functions;

/// <summary>
/// The functions that expressions and aggregations may call, found by one scan of this assembly for <see cref="ScalarFunctionAttribute"/> and
/// <see cref="AggregateAttribute"/>. Duplicates and missing documentation fail at start.
/// </summary>
public static class FunctionCatalog
{
    /// <summary>By upper-case name, aliases included.</summary>
    public static FrozenDictionary<string, ScalarFunction> Scalars { get; } = Scan<ScalarFunction, ScalarFunctionAttribute>((f, a) =>
    {
        (f.Name, f.About) = (a.Name, a);
        if (a.Signatures.Length == 0 || a.Doc.Length == 0 || a.Example.Length == 0) throw new InvalidOperationException($"{a.Name} lacks a signature, Doc or Example");
        return [a.Name, .. a.Aliases];
    });

    /// <summary>By upper-case name, aliases included.</summary>
    public static FrozenDictionary<string, AggregateFunction> Aggregates { get; } = Scan<AggregateFunction, AggregateAttribute>((f, a) =>
    {
        (f.Name, f.About) = (a.Name, a);
        if (a.Signatures.Length == 0 || a.Doc.Length == 0) throw new InvalidOperationException($"{a.Name} lacks a signature or Doc");
        return [a.Name, .. a.Aliases];
    });

    /// <summary>The aggregate that computes a call.</summary>
    /// <exception cref="InvalidDataException">the catalog has no such aggregate.</exception>
    public static Aggregate Bind(AggregateCall call) =>
        Aggregates.TryGetValue(call.Function, out var function) ? function.Bind(call) : throw new InvalidDataException($"no aggregate {call.Function}");

    /// <summary>As <see cref="Bind(AggregateCall)"/>, for input whose rows may be taken back if <paramref name="retracts"/>.</summary>
    /// <exception cref="InvalidDataException">the catalog has no such aggregate, or it cannot take rows back.</exception>
    public static Aggregate Bind(AggregateCall call, bool retracts) =>
        !retracts ? Bind(call)
        : Aggregates.TryGetValue(call.Function, out var function) && function.BindRetracting(call) is { } bound ? bound
        : throw new InvalidDataException($"no aggregate {call.Function} over rows that may be taken back");

    /// <summary>Whether the operator counts values for the call (<see cref="AggregateFunction.KeepsValues"/>).</summary>
    public static bool KeepsValues(AggregateCall call) => Aggregates.TryGetValue(call.Function, out var function) && function.KeepsValues;

    private static FrozenDictionary<string, T> Scan<T, TAttribute>(Func<T, TAttribute, string[]> names) where TAttribute : Attribute
    {
        var found = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (var type in typeof(FunctionCatalog).Assembly.GetTypes())
        {
            if (type.GetCustomAttribute<TAttribute>() is not { } attribute) continue;
            var function = (T)Activator.CreateInstance(type)!;
            foreach (string name in names(function, attribute))
            {
                if (!found.TryAdd(name, function)) throw new InvalidOperationException($"two functions are called {name}");
            }
        }

        return found.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
