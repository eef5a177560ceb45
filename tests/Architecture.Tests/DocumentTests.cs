using System.Text.RegularExpressions;
using Xunit;

namespace OrleansStream.Architecture.Tests;

/// <summary>Documents that cannot drift: links lead somewhere, code that is named exists, decisions fit on a screen.</summary>
public partial class DocumentTests
{
    private static readonly string[] Documents =
        [.. Directory.EnumerateFiles(Repository.Root, "*.md").Select(f => Path.GetFileName(f)!), .. Repository.Files("docs", "*.md")];

    [Fact]
    public void Relative_links_lead_to_files()
    {
        var broken =
            from document in Documents
            from Match link in Link().Matches(Repository.Read(document))
            let target = link.Groups["target"].Value.Split('#')[0]
            where target.Length > 0 && !target.Contains("://", StringComparison.Ordinal)
            let path = Path.Combine(Repository.Root, Path.GetDirectoryName(document)!, target)
            where !File.Exists(path) && !Directory.Exists(path)
            select $"{document}: {target}";
        Assert.Empty(broken);
    }

    [Fact]
    public void Every_invariant_has_a_keeper_and_a_checker()
    {
        var rows = InvariantRows();
        Assert.Equal(Enumerable.Range(1, 15).Select(i => $"I{i}"), rows.Select(r => r[0]));
        Assert.Empty(rows.Where(r => r.Length != 4 || r.Any(cell => cell.Length == 0)).Select(r => r[0]));
    }

    /// <summary>A name in backquotes in the last two columns is a path, or a type declared in the sources.</summary>
    [Fact]
    public void Keepers_and_checkers_exist()
    {
        var declared = Sources.Types.ToHashSet();
        var missing =
            from row in InvariantRows()
            from cell in row[2..]
            from Match name in Quoted().Matches(cell)
            let text = name.Groups[1].Value
            where !declared.Contains(text.Split('.')[0]) && !Path.Exists(Path.Combine(Repository.Root, text))
            select $"{row[0]}: {text}";
        Assert.Empty(missing);
    }

    [Fact]
    public void A_decision_fits_on_a_screen()
    {
        var decisions = Repository.Files("docs/adr", "*.md").ToArray();
        Assert.Empty(decisions.Where(d => !AdrName().IsMatch(Path.GetFileName(d)) || Repository.Lines(d).Length > 50));
        Assert.Equal(decisions.Length, decisions.Select(d => Path.GetFileName(d)[..4]).Distinct().Count());
        string[] parts = ["## Context", "## Decision", "## Consequences", "## What would overturn it"];
        Assert.Empty(decisions.SelectMany(d => parts.Except(Repository.Lines(d)).Select(p => $"{d}: {p}")));
    }

    [Fact]
    public void The_glossary_has_each_word_once()
    {
        var words = Repository.Lines("docs/GLOSSARY.md").Select(l => Entry().Match(l)).Where(m => m.Success).Select(m => m.Groups[1].Value).ToArray();
        Assert.NotEmpty(words);
        Assert.Equal(words.Order(StringComparer.OrdinalIgnoreCase), words);
        Assert.Equal(words.Length, words.Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }

    private static string[][] InvariantRows() =>
        [.. Repository.Lines("docs/INVARIANTS.md").Where(l => l.StartsWith("| I", StringComparison.Ordinal))
            .Select(l => l.Trim().Trim('|').Split('|', StringSplitOptions.TrimEntries))];

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)|(?:src|srcset)=""(?<target>[^""]+)""")]
    private static partial Regex Link();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"^\d{4}-[a-z0-9-]+\.md$")]
    private static partial Regex AdrName();

    [GeneratedRegex(@"^\| \*\*([^*]+)\*\* \|")]
    private static partial Regex Entry();
}
