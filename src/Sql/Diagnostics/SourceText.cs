namespace OrleansStream.Sql.Diagnostics;

/// <summary>A script's text and where its lines begin.</summary>
public sealed class SourceText
{
    private readonly int[] _lineStarts;

    public SourceText(string text)
    {
        Text = text;
        var starts = new List<int> { 0 };
        for (int i = 0; i < text.Length; i++)
            if (text[i] == '\n') starts.Add(i + 1);
        _lineStarts = [.. starts];
    }

    public string Text { get; }

    public int LineCount => _lineStarts.Length;

    /// <summary>Line and column of a position, both counted from 1; columns in UTF-16 code units.</summary>
    public (int Line, int Column) Locate(int position)
    {
        int found = Array.BinarySearch(_lineStarts, position);
        int line = found >= 0 ? found : ~found - 1;
        return (line + 1, position - _lineStarts[line] + 1);
    }

    /// <summary>A line's text without its line break.</summary>
    public string Line(int line)
    {
        int start = _lineStarts[line - 1];
        int end = line < _lineStarts.Length ? _lineStarts[line] : Text.Length;
        return Text[start..end].TrimEnd('\n', '\r');
    }

    public string Slice(TextSpan span) => Text.Substring(span.Start, span.Length);
}
