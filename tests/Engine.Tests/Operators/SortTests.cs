using CsCheck;
using OrleansStream.Columns;
using OrleansStream.Engine.Operators;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Engine.Tests.Operators;

/// <summary>Rows leave in their order, not only as a set.</summary>
public class SortTests
{
    private static readonly Schema Input = Schema.Of(("v", SqlType.Int), ("ts", SqlType.Timestamp(3).NotNull));

    [Fact]
    public void By_time_rows_leave_in_order_once_the_watermark_is_there() => Gen.Int.Sample(seed =>
    {
        var random = new Random(seed);
        var lines = new List<string>();
        var expected = new List<string>();
        var waiting = new List<(int Value, long Time)>();
        long clock = 0, watermark = long.MinValue, left = long.MinValue, late = 0;
        void Leave(long until)
        {
            foreach (var (value, time) in waiting.Where(r => r.Time <= until).OrderBy(r => r.Time).ThenByDescending(r => r.Value).ToList())
            {
                expected.Add($"+I {value} {time}");
                left = time;
            }

            waiting.RemoveAll(r => r.Time <= until);
        }

        for (int n = random.Next(1, 200); n > 0; n--)
        {
            if (random.Next(3) == 0 && clock - 5 > watermark)
            {
                lines.Add($"watermark {watermark = clock - 5}");
                Leave(watermark);
            }

            clock += random.Next(3);
            (int value, long time) = (random.Next(5), Math.Max(0, clock - random.Next(8)));
            lines.Add($"{value} {time}");
            if (time <= left) late++;
            else waiting.Add((value, time));
        }

        Leave(long.MaxValue);
        var spec = new SortSpec(Input, [new(1, false, true), new(0, true, false)], 1);
        foreach (var mode in HarnessMode.All)
        {
            using var sort = new OperatorHarness(spec, [Input], mode);
            sort.Batch(0, StreamFile.Rows(Input, lines));
            sort.AdvanceTo(long.MaxValue);
            var actual = sort.Take();
            Assert.True(expected.SequenceEqual(actual), $"{mode}\nrows {string.Join(", ", lines)}\nexpected {string.Join(", ", expected)}\nactual   {string.Join(", ", actual)}");
            Assert.Equal(late, sort.Count("late_rows"));
        }
    }, iter: 60);

    [Fact]
    public void At_the_end_rows_leave_in_order()
    {
        var spec = new SortSpec(Input, [new(0, false, false)], -1);
        foreach (var mode in HarnessMode.All)
        {
            using var sort = new OperatorHarness(spec, [Input], mode);
            sort.Batch(0, StreamFile.Rows(Input, ["3 1", "1 2", "NULL 3", "2 4", "1 5"]));
            Assert.Empty(sort.Take());
            sort.End(0);
            Assert.Equal(["+I 1 2", "+I 1 5", "+I 2 4", "+I 3 1", "+I NULL 3"], sort.Take());
        }
    }
}
