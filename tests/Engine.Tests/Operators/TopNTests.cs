using CsCheck;
using OrleansStream.Columns;
using OrleansStream.Engine.Operators;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Engine.Tests.Operators;

/// <summary>Random rows, inserted and taken away, against sorting all rows that are there.</summary>
public class TopNTests
{
    private static readonly Schema Input = Schema.Of(("k", SqlType.Int), ("v", SqlType.Int), ("t", SqlType.String.NotNull), ("w", SqlType.Double));

    [Fact]
    public void Shows_the_rows_at_their_places() => Gen.Select(Gen.Int, Gen.Int[1, 150], Gen.Int[1, 3], Gen.Int[0, 4], Gen.Bool, Gen.Bool, Gen.Bool).Sample(
        (seed, count, first, more, number, retracts, byText) =>
        {
            SortColumn[] order = byText ? [new(2, true, false), new(3, false, true)] : [new(1, seed % 2 == 0, seed % 3 == 0)];
            var output = number ? Input.Concat(Schema.Of(("n", SqlType.BigInt.NotNull))) : Input;
            var spec = new TopNSpec(output, seed % 5 == 0 ? [] : [0], [.. order], first, first + more, number, retracts, true);
            var random = new Random(seed);
            var all = new List<object?[]>();
            var lines = new List<string>();
            for (int i = 0; i < count; i++)
            {
                if (retracts && all.Count > 0 && random.Next(3) == 0)
                {
                    int at = random.Next(all.Count);
                    lines.Add("-D " + Text(all[at]));

                    // Of equal rows the first is the one that goes.
                    all.RemoveAt(all.FindIndex(r => r.SequenceEqual(all[at])));
                    continue;
                }

                object?[] row =
                [
                    random.Next(4) == 0 ? null : random.Next(3), random.Next(6) == 0 ? null : random.Next(12), $"a text of more than twelve bytes {random.Next(5)}", random.Next(4) == 0 ? null : random.Next(3) / 2.0,
                ];
                all.Add(row);
                lines.Add("+I " + Text(row));
            }

            var expected = Expected(spec, order, all);
            foreach (var mode in HarnessMode.All.Append(new HarnessMode(5, Restore: true, EmitEach: true)))
            {
                using var harness = new OperatorHarness(spec, [Input], mode);
                harness.Batch(0, StreamFile.Rows(Input, lines));
                Assert.Equal(expected.Select(e => "+1 " + e).Order(StringComparer.Ordinal), Materialized(harness.Take()).Order(StringComparer.Ordinal));
            }
        }, iter: 25, threads: 2);

    // Equal rows may be shown more than once.
    private static IEnumerable<string> Materialized(List<string> rows) =>
        StreamFile.Net(rows).SelectMany(r => Enumerable.Repeat("+1" + r[r.IndexOf(' ', StringComparison.Ordinal)..], int.Parse(r[..r.IndexOf(' ', StringComparison.Ordinal)], null)));

    private static List<string> Expected(TopNSpec spec, SortColumn[] order, List<object?[]> all)
    {
        var result = new List<string>();
        foreach (var group in all.GroupBy(r => spec.Keys.IsEmpty ? "" : r[0]?.ToString() ?? "null"))
        {
            var indexed = group.Select((r, i) => (r, i)).ToList();
            indexed.Sort((a, b) => Total(order, a, b));
            for (int i = (int)spec.First; i <= spec.Last && i <= indexed.Count; i++) result.Add(Text(indexed[i - 1].r) + (spec.WithNumber ? $" {i}" : ""));
        }

        return result;
    }

    private static int Total(SortColumn[] order, (object?[] Row, int At) a, (object?[] Row, int At) b)
    {
        foreach (var o in order)
        {
            int c = Compare(o, a.Row[o.Column], b.Row[o.Column]);
            if (c != 0) return c;
        }

        return a.At.CompareTo(b.At);
    }

    private static int Compare(SortColumn o, object? a, object? b)
    {
        if (a is null || b is null) return a is null && b is null ? 0 : a is null == o.NullsFirst ? -1 : 1;
        int c = a is string s ? string.CompareOrdinal(s, (string)b) : ((IComparable)a).CompareTo(b);
        return o.Descending ? -c : c;
    }

    private static string Text(object?[] row) =>
        $"{row[0] ?? "NULL"} {row[1] ?? "NULL"} '{row[2]}' {(row[3] is double d ? d.ToString("R", System.Globalization.CultureInfo.InvariantCulture) : "NULL")}";
}
