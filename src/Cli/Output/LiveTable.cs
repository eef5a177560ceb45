using System.Diagnostics;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace OrleansStream.Cli.Output;

/// <summary>A place on the screen that is drawn anew, at most some ten times a second.</summary>
internal sealed class LiveTable(IAnsiConsole console)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(80);

    private int _lines;
    private long _last;

    /// <summary>Draws over what was shown before; skipped when that was just now.</summary>
    public void Show(Func<IRenderable> content)
    {
        if (_last != 0 && Stopwatch.GetElapsedTime(_last) < Interval) return;
        _last = Stopwatch.GetTimestamp();
        var shown = content();
        Clear();
        var options = RenderOptions.Create(console, console.Profile.Capabilities);
        _lines = shown.Render(options, console.Profile.Width).Sum(s => s.IsLineBreak ? 1 : 0);
        console.Write(shown);
    }

    /// <summary>Takes away what is shown: cursor to its first line, erase to the end of the screen.</summary>
    public void Clear()
    {
        if (_lines > 0) console.Write(new ControlCode($"\r\u001b[{_lines}A\u001b[J"));
        _lines = 0;
    }
}
