namespace OrleansStream.Cli;

/// <summary>What the process ends with.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>The script has errors, or its job failed.</summary>
    public const int Failed = 1;

    /// <summary>The command line makes no sense.</summary>
    public const int Usage = 2;

    /// <summary>Ended by Ctrl-C: 128 + SIGINT.</summary>
    public const int Interrupted = 130;

    /// <summary>Ended by SIGTERM: 128 + SIGTERM.</summary>
    public const int Terminated = 143;
}
