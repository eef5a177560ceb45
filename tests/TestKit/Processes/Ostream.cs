using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading.Channels;
using Xunit;

namespace OrleansStream.TestKit.Processes;

/// <summary>A started <c>ostream</c>, the executable that a user runs. Disposing kills what still runs.</summary>
public sealed partial class Ostream : IAsyncDisposable
{
    /// <summary>The longest that any process may take; reached only when something is wrong.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly StringBuilder _out = new();
    private readonly StringBuilder _error = new();
    private int _ended;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

    private Ostream(ProcessStartInfo start)
    {
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, e) => Take(_out, e.Data);
        _process.ErrorDataReceived += (_, e) => Take(_error, e.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Of the process.</summary>
    public int Id => _process.Id;

    public string Out => Text(_out);

    public string Error => Text(_error);

    /// <summary>The folder of samples in the checkout.</summary>
    public static string Sample(string file) => Path.Combine(Root, "samples", file);

    /// <summary>The checkout.</summary>
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Golden.Root, "..", ".."));

    public static Ostream Start(string folder, params string[] args) => StartWith([], folder, args);

    public static Ostream StartWith(Dictionary<string, string> environment, string folder, params string[] args)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "ostream"), args)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        // A database of whoever runs the tests is none of theirs.
        start.Environment.Remove("OSTREAM_DATABASE");
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return new Ostream(start);
    }

    /// <summary>Runs to the end.</summary>
    public static async Task<(int Code, string Out, string Error)> RunAsync(string folder, params string[] args)
    {
        await using var ostream = Start(folder, args);
        int code = await ostream.EndAsync();
        return (code, ostream.Out, ostream.Error);
    }

    /// <summary>Runs to the end and checks the exit code, showing what the process said when it is another.</summary>
    public static async Task<(string Out, string Error)> ExpectAsync(int code, string folder, params string[] args)
    {
        var (ended, output, error) = await RunAsync(folder, args);
        Assert.True(ended == code, $"exit code {ended}, expected {code}\n{error}\n{output}");
        return (output, error);
    }

    public async Task<int> EndAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"still running after {Patience}\n{Error}\n{Out}");
        }

        return _process.ExitCode;
    }

    /// <summary>The next line, of either stream, that holds a text.</summary>
    public async Task<string> LineAsync(string holding)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            while (await _lines.Reader.WaitToReadAsync(patience.Token))
                while (_lines.Reader.TryRead(out string? line))
                    if (line.Contains(holding, StringComparison.Ordinal)) return line;
        }
        catch (OperationCanceledException)
        {
        }

        Assert.Fail($"no line with '{holding}'\n{Error}\n{Out}");
        return "";
    }

    public bool HasEnded => _process.HasExited;

    public void Interrupt() => Assert.Equal(0, Kill(_process.Id, SigInt));

    public void Terminate() => Assert.Equal(0, Kill(_process.Id, SigTerm));

    public void Kill() => Assert.Equal(0, Kill(_process.Id, SigKill));

    /// <summary>SIGSTOP: to its peers the process is silent, to itself no time passes.</summary>
    public void Pause() => Assert.Equal(0, Kill(_process.Id, SigStop));

    public void Resume() => Assert.Equal(0, Kill(_process.Id, SigCont));

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private void Take(StringBuilder to, string? line)
    {
        if (line is null)
        {
            // Both streams have ended: whoever waits for a line waits in vain.
            if (Interlocked.Increment(ref _ended) == 2) _lines.Writer.Complete();
            return;
        }

        lock (to) to.Append(line).Append('\n');
        _lines.Writer.TryWrite(line);
    }

    private static string Text(StringBuilder text)
    {
        lock (text) return text.ToString();
    }

    private const int SigInt = 2;
    private const int SigKill = 9;
    private const int SigTerm = 15;
    private const int SigCont = 18;
    private const int SigStop = 19;

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
