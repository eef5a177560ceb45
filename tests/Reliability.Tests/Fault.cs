namespace OrleansStream.Reliability.Tests;

internal enum FaultKind
{
    /// <summary>SIGKILL to one process, which is started again.</summary>
    Kill,

    /// <summary>SIGKILL to all of them.</summary>
    KillAll,

    /// <summary>SIGTERM to one: it drains, ends by itself, and is started again.</summary>
    Terminate,

    /// <summary>SIGSTOP for 4 s: it stays a member; what it does afterwards for its old generation must have no effect.</summary>
    PauseShort,

    /// <summary>SIGSTOP for 15 s (longer on a machine so busy that its peer has not given it up by then): it finds itself declared dead, and ends; it is started again.</summary>
    PauseLong,
}

/// <summary>One thing that goes wrong.</summary>
/// <param name="AfterMs">after the one before, or after the jobs' first output.</param>
/// <param name="DownMs">until a dead process is started again.</param>
/// <param name="Recovered">the next fault waits until there has been output again: otherwise it hits the recovery.</param>
internal sealed record Fault(FaultKind Kind, int Silo, int AfterMs, int DownMs, bool Recovered)
{
    public override string ToString() => Kind switch
    {
        FaultKind.KillAll => "kill all",
        FaultKind.PauseShort => $"pause {Silo} 4 s",
        FaultKind.PauseLong => $"pause {Silo} 15 s",
        _ => $"{(Kind == FaultKind.Kill ? "kill" : "term")} {Silo}",
    };
}
