namespace OrleansStream.Bench;

/// <summary>Marks a benchmark: one file under Benchmarks, found by its name.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
internal sealed class BenchmarkAttribute(string name, string what) : Attribute
{
    public string Name { get; } = name;

    /// <summary>What one row of the figures means, in a sentence.</summary>
    public string What { get; } = what;
}

/// <summary>
/// Contestants that do the same work on the same rows. They take turns within each repetition, so that a disturbance of the machine hits all of them.
/// </summary>
internal abstract class Benchmark
{
    /// <summary>One group per input; made lazily, so that only one input is in memory at a time.</summary>
    /// <param name="rows">rows of input that were asked for; 0 = the benchmark's own choice.</param>
    public abstract IEnumerable<Group> Groups(long rows);

    /// <summary>Figures of other people's programs on the same input, measured in the same run; none when they are absent.</summary>
    public virtual IEnumerable<Figure> Peers(Group group) => [];
}

/// <summary>An input with those who work on it.</summary>
internal sealed record Group(string Input, long Rows, params Contestant[] Contestants);

/// <summary>One pass over the input. It gives a check of its result: all in a group must give the same, or null when they have none.</summary>
internal sealed record Contestant(string Name, Func<string?> Pass);

/// <summary>Medians over the repetitions.</summary>
/// <param name="Wall">ns a row by the clock.</param>
/// <param name="Cpu">ns of processor time a row, of all threads of the process.</param>
/// <param name="Allocated">managed bytes a row; NaN = not known.</param>
internal sealed record Figure(string Input, string Name, double Wall, double Cpu, double Allocated, string? Check);
