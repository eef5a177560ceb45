using System.Text;
using System.Text.RegularExpressions;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions;

/// <summary>
/// Regular expressions of the REGEXP functions and SIMILAR TO: compiled once when constant, else remembered. They run in linear time where the pattern allows it
/// (no back references, no look-around), else under a limit of a second a text.
/// </summary>
internal sealed class Patterns
{
    private const int Remembered = 64;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);
    private readonly Dictionary<string, Regex?> _known = [];
    private readonly Func<string, string>? _translate;
    private char[] _chars = new char[256];
    private byte[]? _last;
    private Regex? _lastRegex;

    /// <param name="translate">turns the pattern into a regular expression; null = it is one.</param>
    public Patterns(Func<string, string>? translate = null) => _translate = translate;

    /// <summary>The expression of a pattern, or null when it is malformed.</summary>
    public Regex? Of(ReadOnlySpan<byte> pattern)
    {
        if (_last is not null && pattern.SequenceEqual(_last)) return _lastRegex;
        string text = Encoding.UTF8.GetString(pattern);
        if (!_known.TryGetValue(text, out var regex))
        {
            if (_known.Count == Remembered) _known.Clear();
            _known[text] = regex = Compile(_translate is null ? text : _translate(text));
        }

        (_last, _lastRegex) = (pattern.ToArray(), regex);
        return regex;
    }

    /// <summary>The text in UTF-16, in a buffer that the next call overwrites.</summary>
    public ReadOnlySpan<char> Chars(ReadOnlySpan<byte> text)
    {
        if (_chars.Length < text.Length) _chars = new char[text.Length * 2];
        return _chars.AsSpan(0, Encoding.UTF8.GetChars(text, _chars));
    }

    public static void Append(ReadOnlySpan<char> chars, TextSink to) => to.Advance(Encoding.UTF8.GetBytes(chars, to.Room(chars.Length * 3)));

    private static Regex? Compile(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, Limit);
        }
        catch (NotSupportedException)
        {
            return new Regex(pattern, RegexOptions.CultureInvariant, Limit);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
