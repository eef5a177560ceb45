using System.Collections.Immutable;
using System.Globalization;
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

    /// <summary>1 to 1,024: a shard owns at least one key group.</summary>
    /// <exception cref="FormatException">names the option.</exception>
    public static int Count(string option, string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int n) && n is > 0 and <= Columns.KeyGroups.Count
        ? n
        : throw new FormatException($"option '{option}' must be a whole number from 1 to {Columns.KeyGroups.Count}, not '{text}'");

    private static TimeSpan Duration(ImmutableSortedDictionary<string, string> settings, string option, TimeSpan otherwise)
    {
        if (!settings.TryGetValue(option, out string? text)) return otherwise;
        return OptionText.TryDuration(text, out var value) ? value : throw new FormatException($"option '{option}' must be a duration such as '10 s', not '{text}'");
    }
}
