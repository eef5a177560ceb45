namespace OrleansStream.Cli.Output;

/// <summary>One line on standard error that is written over again and again; nothing at all when that is no terminal.</summary>
internal sealed class ProgressLine(TextWriter to, bool terminal)
{
    private int _shown;

    public void Show(string line)
    {
        if (!terminal) return;
        to.Write($"\r{line.PadRight(_shown)}");
        _shown = line.Length;
    }

    public void Clear()
    {
        if (_shown > 0) to.Write($"\r{new string(' ', _shown)}\r");
        _shown = 0;
    }
}
