using CsCheck;
using OrleansStream.Columns;
using OrleansStream.Engine.Operators;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Engine.Tests.Operators;

/// <summary>Joins of sides with a unique key against the same joins that know of none.</summary>
public class JoinUniqueTests
{
    private static readonly Schema Side = Schema.Of(("k", SqlType.BigInt), ("id", SqlType.BigInt), ("text", SqlType.String));

    [Fact]
    public void Give_what_multisets_give() => Gen.Select(Gen.Int, Gen.Int[0, 5].Select(i => (JoinType)i), Gen.Bool, Gen.Int[0, HarnessMode.All.Count() - 1]).Sample((seed, type, within, mode) =>
    {
        // The unique key is the join's own on the left, or (k, id); on the right always the latter.
        var random = new Random(seed);
        using var unique = Join(type, within ? [0] : [1, 0], [1], HarnessMode.All.ElementAt(mode));
        using var multiset = Join(type, [], [], HarnessMode.All.ElementAt(mode));
        Dictionary<string, string>[] sides = [[], []];
        for (int step = 0; step < 20; step++)
        {
            int port = random.Next(2);
            var lines = new List<string>();
            for (int n = random.Next(1, 20); n > 0; n--)
            {
                string k = random.Next(6) == 0 && !(within && port == 0) ? "NULL" : $"{random.Next(4)}", id = $"{random.Next(5)}";
                string key = port == 1 ? id : within ? k : $"{k} {id}";
                if (sides[port].Remove(key, out string? old)) lines.Add($"{(random.Next(2) == 0 ? "-U" : "-D")} {old}");
                else if (random.Next(5) == 0) continue;
                if (random.Next(3) == 0) continue;
                lines.Add($"+I {sides[port][key] = $"{k} {id} {new string((char)('a' + random.Next(3)), 1 + (random.Next(2) * 40))}"}");
            }

            unique.Batch(port, StreamFile.Rows(Side, lines));
            multiset.Batch(port, StreamFile.Rows(Side, lines));
            Assert.Equal(multiset.Take().Order(StringComparer.Ordinal), unique.Take().Order(StringComparer.Ordinal));
        }
    }, iter: 150);

    private static OperatorHarness Join(JoinType type, int[] left, int[] right, HarnessMode mode) => type == JoinType.Inner
        ? new OperatorHarness(new EquiJoinSpec(Side.Concat(Side), [0], [0], true) { LeftUnique = [.. left], RightUnique = [.. right] }, [Side, Side], mode)
        : new OperatorHarness(new OuterJoinSpec(type.OutputOf(Side, Side), type, [0], [0]) { LeftUnique = [.. left], RightUnique = [.. right] }, [Side, Side], mode);
}
