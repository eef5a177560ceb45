using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions;

/// <summary>
/// A LIKE pattern cut at its % signs: the first part must stand at the start, the last at the end, those between in order. A part is UTF-8 in which positions of _ are
/// known. Matching is greedy from the left and never goes back.
/// </summary>
internal sealed class LikePattern
{
    private readonly Part[] _parts;

    // Without _ a part is bytes: those at the start, those in order, those at the end.
    private readonly byte[][]? _plain;

    /// <param name="pattern">UTF-8.</param>
    /// <param name="escape">the code point that takes the meaning from the next, or −1.</param>
    /// <exception cref="EvaluationException">the escape stands before something other than itself, % or _.</exception>
    public LikePattern(ReadOnlySpan<byte> pattern, int escape)
    {
        var parts = new List<Part>();
        var bytes = new List<byte>();
        var any = new List<int>();
        while (!pattern.IsEmpty)
        {
            System.Text.Rune.DecodeFromUtf8(pattern, out var rune, out int n);
            if (rune.Value == escape)
            {
                pattern = pattern[n..];
                System.Text.Rune.DecodeFromUtf8(pattern, out var next, out n);
                if (pattern.IsEmpty || (next.Value != escape && next.Value != '%' && next.Value != '_')) throw new EvaluationException("invalid escape sequence in a LIKE pattern");
                bytes.AddRange(pattern[..n]);
            }
            else if (rune.Value == '%')
            {
                parts.Add(new Part([.. bytes], [.. any]));
                bytes.Clear();
                any.Clear();
            }
            else
            {
                if (rune.Value == '_') any.Add(bytes.Count);
                bytes.AddRange(pattern[..n]);
            }

            pattern = pattern[n..];
        }

        parts.Add(new Part([.. bytes], [.. any]));
        _parts = [.. parts];
        if (_parts.Length > 1 && _parts.All(p => p.Plain is not null)) _plain = [.. _parts.Select(p => p.Plain!)];
    }

    public bool Matches(ReadOnlySpan<byte> text)
    {
        if (_plain is not null) return MatchesPlain(text, _plain);
        int at = _parts[0].At(text, 0);
        if (at < 0) return false;
        if (_parts.Length == 1) return at == text.Length;
        for (int i = 1; i < _parts.Length - 1; i++)
        {
            at = _parts[i].Find(text, at);
            if (at < 0) return false;
        }

        return _parts[^1].Ends(text, at);
    }

    private static bool MatchesPlain(ReadOnlySpan<byte> text, byte[][] parts)
    {
        byte[] first = parts[0];
        if (first.Length > 0)
        {
            if (!text.StartsWith(first)) return false;
            text = text[first.Length..];
        }

        for (int i = 1; i < parts.Length - 1; i++)
        {
            byte[] part = parts[i];
            int at = text.IndexOf(part);
            if (at < 0) return false;
            text = text[(at + part.Length)..];
        }

        byte[] last = parts[^1];
        return last.Length == 0 || text.EndsWith(last);
    }

    private sealed class Part(byte[] bytes, int[] any)
    {
        /// <summary>The bytes of a part without _.</summary>
        public byte[]? Plain => any.Length == 0 ? bytes : null;

        /// <summary>Where the part ends when it stands at <paramref name="at"/>, or −1.</summary>
        public int At(ReadOnlySpan<byte> text, int at)
        {
            if (any.Length == 0) return text[at..].StartsWith(bytes) ? at + bytes.Length : -1;
            int from = 0;
            foreach (int a in any)
            {
                var piece = bytes.AsSpan(from, a - from);
                if (!text[at..].StartsWith(piece)) return -1;
                at += piece.Length;
                if (at == text.Length) return -1;
                at += CodePoints.Length(text, at);
                from = a + 1;
            }

            var rest = bytes.AsSpan(from);
            return text[at..].StartsWith(rest) ? at + rest.Length : -1;
        }

        /// <summary>Where the first occurrence from <paramref name="at"/> on ends, or −1.</summary>
        public int Find(ReadOnlySpan<byte> text, int at)
        {
            if (any.Length == 0)
            {
                int found = text[at..].IndexOf(bytes);
                return found < 0 ? -1 : at + found + bytes.Length;
            }

            for (; at < text.Length; at += CodePoints.Length(text, at)) if (At(text, at) is >= 0 and var end) return end;
            return -1;
        }

        /// <summary>Whether the text ends with the part, which begins at or after <paramref name="at"/>.</summary>
        public bool Ends(ReadOnlySpan<byte> text, int at)
        {
            if (any.Length == 0) return text[at..].EndsWith(bytes);
            int characters = CodePoints.Count(bytes);
            int left = CodePoints.Count(text[at..]);
            if (left < characters) return false;
            at += CodePoints.Offset(text[at..], left - characters);
            return At(text, at) == text.Length;
        }
    }
}
