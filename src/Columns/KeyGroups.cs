namespace OrleansStream.Columns;

/// <summary>
/// The unit in which keyed state is owned and moved: the top ten bits of a key's <see cref="RowHash"/>. A shard owns a contiguous range of groups;
/// tables index by the lower bits, so that ownership and position are independent.
/// </summary>
public static class KeyGroups
{
    public const int Count = 1024;

    public static int Of(ulong hash) => (int)(hash >> 54);

    /// <summary>The shard of <paramref name="shards"/> that owns a group.</summary>
    public static int ShardOf(int group, int shards) => group * shards / Count;

    public static int ShardOf(ulong hash, int shards) => ShardOf(Of(hash), shards);

    /// <summary>The groups that a shard owns: exactly those with <see cref="ShardOf(int, int)"/> = <paramref name="shard"/>.</summary>
    public static KeyGroupRange RangeOf(int shard, int shards) =>
        new(((shard * Count) + shards - 1) / shards, (((shard + 1) * Count) + shards - 1) / shards);
}

/// <summary>Groups [First, End).</summary>
public readonly record struct KeyGroupRange(int First, int End)
{
    public static KeyGroupRange All { get; } = new(0, KeyGroups.Count);

    public bool Contains(int group) => group >= First && group < End;

    public bool Overlaps(KeyGroupRange other) => First < other.End && other.First < End;
}
