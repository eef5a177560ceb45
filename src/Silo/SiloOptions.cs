namespace OrleansStream.Silo;

/// <summary>How one silo is composed. Local runs, <c>serve</c> and clusters differ in these values only.</summary>
public sealed record SiloOptions
{
    /// <summary>Journal, parts and the catalog's SQLite file lie here, and it is locked while the silo lives; with <see cref="Database"/> nothing is.</summary>
    public required string StateFolder { get; init; }

    /// <summary>PostgreSQL connection string for membership, journal, parts and grain storage; null = one process alone, with SQLite.</summary>
    public string? Database { get; init; }

    /// <summary>With <see cref="Database"/>: folder for checkpoint parts that all processes reach under this name; null = parts are in the database.</summary>
    public string? PartsFolder { get; init; }

    /// <summary>Stable name of this silo, for people.</summary>
    public string Name { get; init; } = "silo";

    public string ClusterId { get; init; } = "ostream";

    public string ServiceId { get; init; } = "ostream";

    /// <summary>Port for other silos; 0 = a free one. A process that comes back on its old port takes the place of its dead predecessor at once.</summary>
    public int SiloPort { get; init; }

    /// <summary>Port for Orleans clients in other processes; 0 = none listens.</summary>
    public int GatewayPort { get; init; }

    /// <summary>Threads of the executor; 0 = one a core (one less from 8 cores up).</summary>
    public int Threads { get; init; }

    /// <summary>Relative paths of the filesystem connector start here.</summary>
    public string BaseDirectory { get; init; } = Directory.GetCurrentDirectory();

    /// <summary>Where the <c>print</c> connector writes; null = the log.</summary>
    public Action<string>? Print { get; init; }

    /// <summary>Failure domain for placement.</summary>
    public string Zone { get; init; } = "default";

    /// <summary>Group of silos that a job may be confined to.</summary>
    public string Pool { get; init; } = "default";

    public bool Dashboard { get; init; } = true;
}
