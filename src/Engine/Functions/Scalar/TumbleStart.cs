using OrleansStream.Columns;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Scalar;

[ScalarFunction("WINDOW_START", "WINDOW_START(time, size, offset)", Doc = "Where the tumbling window of a time begins; size and offset are intervals.",
    Example = "WINDOW_START(TIMESTAMP '2020-01-01 10:07:00', INTERVAL '5' MINUTE, INTERVAL '0' MINUTE) = TIMESTAMP '2020-01-01 10:05:00.000'")]
public sealed class TumbleStart : ScalarFunction
{
    public TumbleStart()
    {
        Add(Overload.Of<Kernel, long, long, long, long>(Time, Interval, Interval, SqlType.Timestamp(3)));
    }

    private static SqlType? Time(SqlType given) => given.IsTimestamp && given.Precision <= 3 ? SqlType.Timestamp(3) : null;

    private static SqlType? Interval(SqlType given) => given.Kind == TypeKind.IntervalDayTime ? given : null;

    private readonly struct Kernel : ITernary<long, long, long, long>
    {
        /// <summary>Floors, so that times before 1970 and negative offsets fall into the window that holds them.</summary>
        public bool Invoke(long time, long size, long offset, ref long result)
        {
            long into = (time - offset) % size;
            result = time - (into < 0 ? into + size : into);
            return true;
        }
    }
}
