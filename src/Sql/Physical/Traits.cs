using System.Collections.Immutable;

namespace OrleansStream.Sql.Physical;

/// <summary>Kinds of changes that flow on an edge.</summary>
[Flags]
public enum ModifyKinds : byte
{
    None = 0,
    Insert = 1,
    Update = 2,
    Delete = 4,
    All = Insert | Update | Delete,
}

/// <summary>How updates flow.</summary>
public enum UpdateKind : byte
{
    /// <summary>There are none.</summary>
    None,

    /// <summary>+U alone, addressed by a key.</summary>
    After,

    /// <summary>-U and +U.</summary>
    BeforeAndAfter,
}

/// <summary>How deletes flow.</summary>
public enum DeleteKind : byte
{
    None,

    /// <summary>Only the key columns of a deleted row are sure to be right.</summary>
    ByKey,

    /// <summary>The whole row as it was inserted.</summary>
    Full,
}

/// <summary>Which rows are on one shard.</summary>
public enum DistributionKind : byte
{
    /// <summary>No promise; as a requirement: anywhere.</summary>
    Any,

    /// <summary>Rows equal in the keys are together.</summary>
    Hash,

    /// <summary>All rows are on one shard.</summary>
    Single,
}

public sealed record Distribution(DistributionKind Kind, ImmutableArray<int> Keys)
{
    public static Distribution Any { get; } = new(DistributionKind.Any, []);

    public static Distribution Single { get; } = new(DistributionKind.Single, []);

    /// <summary>By these columns; by none, all rows are together.</summary>
    public static Distribution Hash(ImmutableArray<int> keys) => keys.IsEmpty ? Single : new(DistributionKind.Hash, keys);

    public bool Equals(Distribution? other) => other is not null && Kind == other.Kind && Keys.AsSpan().SequenceEqual(other.Keys.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Kind, Keys.Length);

    /// <summary>
    /// Rows that this distribution keeps together are together for <paramref name="required"/> too: hashing by a subset of the keys suffices for grouping.
    /// </summary>
    public bool Satisfies(Distribution required) => required.Kind switch
    {
        DistributionKind.Any => true,
        DistributionKind.Single => Kind == DistributionKind.Single,
        _ => Kind == DistributionKind.Single || (Kind == DistributionKind.Hash && Keys.All(required.Keys.Contains)),
    };

    public override string ToString() => Kind switch
    {
        DistributionKind.Hash => $"hash[{string.Join(", ", Keys.Select(k => "$" + k))}]",
        DistributionKind.Single => "single",
        _ => "any",
    };
}

/// <summary>What a physical node promises of its output; set by the passes.</summary>
/// <param name="UpsertKeys">sets of columns by which an update or delete finds its row.</param>
public sealed record Traits(
    Distribution Distribution, ModifyKinds ModifyKinds, UpdateKind UpdateKind, DeleteKind DeleteKind, ImmutableArray<ImmutableArray<int>> UpsertKeys)
{
    public static Traits None { get; } = new(Distribution.Any, ModifyKinds.None, UpdateKind.None, DeleteKind.None, []);

    /// <summary>As Flink prints it: I, UB, UA, D; NONE behind a sink.</summary>
    public string ChangelogMode
    {
        get
        {
            var kinds = new List<string>();
            if (ModifyKinds.HasFlag(ModifyKinds.Insert)) kinds.Add("I");
            if (ModifyKinds.HasFlag(ModifyKinds.Update))
            {
                if (UpdateKind == UpdateKind.BeforeAndAfter) kinds.Add("UB");
                kinds.Add("UA");
            }
            if (ModifyKinds.HasFlag(ModifyKinds.Delete)) kinds.Add(DeleteKind == DeleteKind.ByKey ? "PD" : "D");
            return kinds.Count == 0 ? "NONE" : string.Join(",", kinds);
        }
    }

    public override string ToString()
    {
        string keys = UpsertKeys.IsEmpty ? "" : $", upsertKeys=[{string.Join(", ", UpsertKeys.Select(k => $"{{{string.Join(", ", k.Select(c => "$" + c))}}}"))}]";
        return $"changelogMode=[{ChangelogMode}], distribution=[{Distribution}]{keys}";
    }
}
