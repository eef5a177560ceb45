using System.Collections.Immutable;
using System.Globalization;
using OrleansStream.Columns;

namespace OrleansStream.Runtime;

/// <summary>What the SET options of a plan say about running it. Unknown options are the front end's business; malformed values throw <see cref="FormatException"/> with the option's name.</summary>
/// <param name="BatchSize">rows of a batch inside a chain (<c>batch-size</c>).</param>
/// <param name="LingerMs">the longest that a row waits in a frame that is not full while the link is busy (<c>exchange.linger</c>).</param>
/// <param name="FlushMs">the longest that a row waits while the link is free.</param>
/// <param name="ExchangeMemory">bytes of frames of one job on one silo (<c>exchange.memory</c>).</param>
/// <param name="StateMemory">hard limit of one shard's memory in bytes (<c>state.memory</c>).</param>
/// <param name="JobMemory">hard limit of the job on one silo in bytes (<c>job.memory</c>); 0 = none.</param>
/// <param name="EmitEach">updating operators emit every intermediate change (<c>emit</c> = each).</param>
public sealed record HostSettings(
    int BatchSize = Batch.MaxRows, int LingerMs = 50, int FlushMs = 2, long ExchangeMemory = 64L << 20, long StateMemory = 4L << 30, long JobMemory = 0, bool EmitEach = false,
    string TimeZone = "UTC")
{
    public TimeZoneInfo Zone => Engine.Expressions.TimeZones.Find(TimeZone) ?? throw new FormatException($"option 'table.local-time-zone': no time zone '{TimeZone}'");

    public static HostSettings From(ImmutableSortedDictionary<string, string> settings)
    {
        var d = new HostSettings();
        return d with
        {
            BatchSize = (int)Number(settings, "batch-size", d.BatchSize, 1, Batch.MaxRows),
            LingerMs = (int)Number(settings, "exchange.linger", d.LingerMs, 0, 60_000),
            ExchangeMemory = Number(settings, "exchange.memory", d.ExchangeMemory, 1 << 20, long.MaxValue),
            StateMemory = Number(settings, "state.memory", d.StateMemory, 1 << 20, long.MaxValue),
            JobMemory = Number(settings, "job.memory", d.JobMemory, 1 << 20, long.MaxValue),
            EmitEach = settings.TryGetValue("emit", out string? emit) && emit == "each",
            TimeZone = settings.GetValueOrDefault("table.local-time-zone", d.TimeZone),
        };
    }

    private static long Number(ImmutableSortedDictionary<string, string> settings, string name, long otherwise, long least, long most)
    {
        if (!settings.TryGetValue(name, out string? text)) return otherwise;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long v) && v >= least && v <= most
            ? v
            : throw new FormatException($"option '{name}' must be a whole number from {least} to {most}, not '{text}'");
    }
}
