using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Operators;

/// <summary>
/// How a Map table holds one side of a join: as a multiset (all columns tell rows apart, a count says how often each is there), or, when the side has a unique key, as one
/// record for each join key and unique key, with the other columns as values: a row that comes takes the place of the one before, one that goes needs only its key.
/// </summary>
internal static unsafe class UniqueRows
{
    public static int[] SubKeys(Schema side, ImmutableArray<int> keys, ImmutableArray<int> unique) =>
        unique.IsDefaultOrEmpty ? JoinSide.Others(side, keys) : [.. unique.Where(c => !keys.Contains(c)).Distinct()];

    public static int[] Values(Schema side, ImmutableArray<int> keys, ImmutableArray<int> unique) =>
        unique.IsDefaultOrEmpty ? [] : [.. JoinSide.Others(side, keys).Where(c => !unique.Contains(c))];

    /// <summary>Takes rows in, in order: counts them, or where rows are unique lets the last one stand (1, or 0 if it went).</summary>
    /// <param name="count">offset of the count in a record.</param>
    /// <param name="unique">whether a record is one row.</param>
    /// <param name="some">room for rows and records.</param>
    public static void Apply(
        MapTable table, SideColumns columns, Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<nint> records, int count, bool unique, (int[] Rows, nint[] Records) some)
    {
        int added = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            ref long n = ref *(long*)(records[i] + count);
            bool adds = batch.KindAt(rows[i]).IsAdd();
            (some.Rows[added], some.Records[added]) = (rows[i], records[i]);
            added += adds ? 1 : 0;
            if (unique) n = adds ? 1 : 0;
            else if (adds) n++;
            else if (n > 0) n--;
        }

        if (unique) table.WriteValues(batch, columns.Values, some.Rows.AsSpan(0, added), some.Records.AsSpan(0, added));
    }
}
