using OrleansStream.Columns;

namespace OrleansStream.Engine.Plan;

public enum StateKind : byte
{
    /// <summary>One record a key.</summary>
    Value,

    /// <summary>(key, sub-key), unordered: DISTINCT, retractable MIN and MAX, sides of joins.</summary>
    Map,

    /// <summary>(key, ordered sub-key): Top-N, OVER, temporal versions, interval joins.</summary>
    SortedMap,

    /// <summary>Append-only by key: elements of sessions, buffers of pattern matching.</summary>
    Log,
}

/// <summary>How long an unused record lives, in ms of processing time; 0 = for ever.</summary>
public readonly record struct Ttl(long Milliseconds)
{
    public static Ttl None => default;
}

/// <summary>A state table as the plan names it; with the operator's uid it identifies the table over generations of plans.</summary>
public sealed record StateSpec(string Name, int Version, StateKind Kind, Schema Key, Schema? SubKey, Schema Value, Ttl Ttl);
