using System.Runtime.InteropServices;

namespace OrleansStream.Cli;

/// <summary>Ctrl-C and SIGTERM: the first asks for a clean end, the second ends the process at once.</summary>
internal sealed class Interrupt : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration _int;
    private readonly PosixSignalRegistration _term;

    public Interrupt()
    {
        _int = PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle);
        _term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle);
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>0 until a signal came.</summary>
    public int ExitCode { get; private set; }

    private void Handle(PosixSignalContext context)
    {
        int code = context.Signal == PosixSignal.SIGINT ? Cli.ExitCode.Interrupted : Cli.ExitCode.Terminated;
        if (ExitCode != 0) Environment.Exit(code);
        ExitCode = code;
        context.Cancel = true;
        _source.Cancel();
    }

    public void Dispose()
    {
        _int.Dispose();
        _term.Dispose();
        _source.Dispose();
    }
}
