using System.Collections.Immutable;
using OrleansStream.Engine.Connect;

namespace OrleansStream.Grains.Runs;

/// <summary>What the SET options of a plan say to its run.</summary>
/// <param name="Interval">between checkpoints; zero = only the one that ends the job.</param>
/// <param name="Timeout">of one checkpoint.</param>
internal sealed record RunSettings(TimeSpan Interval, TimeSpan Timeout)
{
    public static RunSettings From(ImmutableSortedDictionary<string, string> settings) => new(
        Duration(settings, "execution.checkpointing.interval", TimeSpan.FromSeconds(1)),
        Duration(settings, "execution.checkpointing.timeout", TimeSpan.FromMinutes(10)));

    private static TimeSpan Duration(ImmutableSortedDictionary<string, string> settings, string option, TimeSpan otherwise)
    {
        if (!settings.TryGetValue(option, out string? text)) return otherwise;
        return OptionText.TryDuration(text, out var value) ? value : throw new FormatException($"option '{option}' must be a duration such as '10 s', not '{text}'");
    }
}
