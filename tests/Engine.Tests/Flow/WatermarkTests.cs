using OrleansStream.Columns;
using OrleansStream.Engine.Flow;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Engine.Tests.Flow;

public class WatermarkTests
{
    private static readonly Schema Time = Schema.Of(("ts", SqlType.Timestamp(3)));

    private static string MarksOf(SplitWatermark split, params long?[] times)
    {
        var batch = Rows.Batch(Time, [.. times.Select(t => new object?[] { t })]);
        var marks = new Marks();
        split.Over((FixedColumn<long>)batch.Columns[0], Enumerable.Range(0, times.Length).ToArray(), marks);
        return string.Join(' ', Enumerable.Range(0, marks.Count).Select(i => $"{marks.Rows[i]}:{marks.Watermarks[i]}"));
    }

    [Fact]
    public void A_mark_follows_the_row_that_raises_it_by_more_than_the_interval()
    {
        var split = new SplitWatermark(200, long.MinValue, long.MinValue);
        Assert.Equal("1:1000 4:1300", MarksOf(split, 1000, 1100, 1200, 1300, 1250));
        Assert.Equal("2:1501", MarksOf(split, 1500, 1501));
        Assert.False(split.CatchUp());
        Assert.Equal("", MarksOf(split, 1600));
        Assert.True(split.CatchUp());
        Assert.Equal(1600, split.LastMark);
    }

    [Fact]
    public void Interval_0_marks_every_rise_and_NULL_makes_none() =>
        Assert.Equal("1:5 4:6", MarksOf(new SplitWatermark(0, 0, 0), 5, 5, null, 6, 3));

    [Fact]
    public void Time_before_1970_makes_no_mark() => Assert.Equal("", MarksOf(new SplitWatermark(0, long.MinValue, long.MinValue), -5, 0, -1));

    [Fact]
    public void Where_batches_end_changes_nothing()
    {
        for (int seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            long?[] times = [.. Enumerable.Range(0, 300).Select(i => random.Next(20) == 0 ? (long?)null : 1000 + (i * 30) + random.Next(500))];
            string whole = MarksOf(new SplitWatermark(200, 0, 0), times);
            var split = new SplitWatermark(200, 0, 0);
            var pieces = new List<string>();
            for (int at = 0; at < times.Length;)
            {
                int n = Math.Min(times.Length - at, 1 + random.Next(50));
                string of = MarksOf(split, times[at..(at + n)]);
                if (of.Length > 0) pieces.AddRange(of.Split(' ').Select(m => $"{int.Parse(m.Split(':')[0], null) + at}:{m.Split(':')[1]}"));
                at += n;

                // Over a restore too.
                if (random.Next(3) == 0) split = new SplitWatermark(200, split.Maximum, split.LastMark);
            }

            Assert.Equal(whole, string.Join(' ', pieces));
        }
    }

    [Fact]
    public void A_row_without_event_time_fails_by_code()
    {
        var error = Assert.Throws<NullRowtimeException>(() => SplitWatermark.CheckRowtime(Rows.Batch(Time, [1L], [null]), 0));
        Assert.Contains(NullRowtimeException.Code, error.Message, StringComparison.Ordinal);
        Assert.Contains("'ts'", error.Message, StringComparison.Ordinal);
    }
}
