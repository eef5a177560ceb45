using System.Collections.Immutable;
using System.Text;
using OrleansStream.Sql.Diagnostics;

namespace OrleansStream.Gateway.Planning;

/// <summary>
/// Fills <c>${name}</c> and <c>${name:-default}</c> in a script from settings. The text is put in as it stands, before the script is read.
/// Anything else in <c>${…}</c>, such as <c>${secret:NAME}</c>, is left to who understands it.
/// </summary>
public static class Placeholders
{
    /// <summary>Code of a placeholder without a value.</summary>
    public const string Missing = "OS4003";

    /// <param name="Sql">the script with values in place.</param>
    /// <param name="Used">names that the script has as placeholders: their settings are no SET options.</param>
    /// <param name="Missing">findings, with spans in <paramref name="Sql"/>.</param>
    public sealed record Filled(string Sql, ImmutableHashSet<string> Used, ImmutableArray<Diagnostic> Missing);

    public static Filled Fill(string sql, IReadOnlyDictionary<string, string> settings)
    {
        var text = new StringBuilder(sql.Length);
        var used = ImmutableHashSet.CreateBuilder<string>();
        var missing = ImmutableArray.CreateBuilder<Diagnostic>();
        int at = 0;
        while (Next(sql, at) is { } found)
        {
            text.Append(sql, at, found.Start - at);
            used.Add(found.Name);
            if ((settings.TryGetValue(found.Name, out string? value) ? value : found.Default) is { } put) text.Append(put);
            else
            {
                var span = new TextSpan(text.Length, found.End - found.Start);
                missing.Add(Diagnostic.Error(Missing, span, $"no value for '{found.Name}'", $"give it one with --set {found.Name}=…, or over HTTP in 'settings'"));
                text.Append(sql, found.Start, span.Length);
            }

            at = found.End;
        }

        return new Filled(text.Append(sql, at, sql.Length - at).ToString(), used.ToImmutable(), missing.ToImmutable());
    }

    private static (int Start, int End, string Name, string? Default)? Next(string sql, int from)
    {
        for (int start; (start = sql.IndexOf("${", from, StringComparison.Ordinal)) >= 0; from = start + 2)
        {
            int end = sql.IndexOf('}', start);
            if (end < 0) return null;
            string inside = sql[(start + 2)..end];
            int split = inside.IndexOf(":-", StringComparison.Ordinal);
            string name = split < 0 ? inside : inside[..split];
            if (name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.'))
                return (start, end + 1, name, split < 0 ? null : inside[(split + 2)..]);
        }

        return null;
    }
}
