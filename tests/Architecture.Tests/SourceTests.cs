using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace OrleansStream.Architecture.Tests;

/// <summary>What the sources of the product must not say, and how their files are named.</summary>
public partial class SourceTests
{
    /// <summary>Reference data lies beside the checkout of a developer, never beside an installed product.</summary>
    [Fact]
    public void The_product_reads_no_reference_data() =>
        Assert.Empty(Repository.Files("src", "*").Where(f => ReferenceData().IsMatch(Repository.Read(f))));

    [Fact]
    public void Names_say_what_a_thing_is()
    {
        string[] empty = ["Manager", "Helper", "Helpers", "Util", "Utils", "Impl", "Base", "Common"];
        Assert.Empty(Sources.Product.Where(f => empty.Any(e => Path.GetFileNameWithoutExtension(f).EndsWith(e, StringComparison.Ordinal))));
    }

    /// <summary>
    /// One concept a file: a file with public types is named after one of them (or after what they have in common, when
    /// they are small), so a public type longer than 80 lines has a file of its own name.
    /// </summary>
    [Fact]
    public void A_large_public_type_has_a_file_of_its_own_name()
    {
        var strays =
            from path in Sources.Product
            let file = Path.GetFileName(path).Split('.')[0]
            from type in Sources.Tree(path).GetRoot().DescendantNodes().OfType<BaseTypeDeclarationSyntax>()
            where type.Parent is BaseNamespaceDeclarationSyntax && type.Modifiers.Any(SyntaxKind.PublicKeyword)
            let span = type.GetLocation().GetLineSpan()
            where span.EndLinePosition.Line - span.StartLinePosition.Line >= 80 && !Owns(file, type)
            select $"{path}: {type.Identifier.Text}";
        Assert.Empty(strays);
    }

    // A partial type is spread over files whose names begin with its own: Parser.cs, ParserCalls.cs.
    private static bool Owns(string file, BaseTypeDeclarationSyntax type) =>
        type.Modifiers.Any(SyntaxKind.PartialKeyword) ? file.StartsWith(type.Identifier.Text, StringComparison.Ordinal) : file == type.Identifier.Text;

    /// <summary>Invariant 11: a grain that asks another one while it wakes up can wait for itself.</summary>
    [Fact]
    public void No_grain_calls_a_grain_to_wake_up()
    {
        var wakes = Sources.Product.SelectMany(p => Sources.Tree(p).GetRoot().DescendantNodes().OfType<MethodDeclarationSyntax>().Where(m => m.Identifier.Text == "OnActivateAsync").Select(m => (p, m))).ToArray();
        Assert.NotEmpty(wakes);
        Assert.Empty(wakes.Where(w => w.m.DescendantTokens().Any(t => t.Text is "GetGrain" or "GetGrainService" or "GrainFactory" or "Grains" or "Agents")).Select(w => w.p));
    }

    [Fact]
    public void Nothing_is_left_for_later() =>
        Assert.Empty(Sources.Product.Where(f => Promise().IsMatch(Repository.Read(f))));

    [GeneratedRegex(@"\bshared/|OSTREAM_SHARED")]
    private static partial Regex ReferenceData();

    // The words that this test forbids in the product; it promises nothing itself.
    [GeneratedRegex(@"\bTODO\b|\bFIXME\b|\bHACK\b|NotImplementedException")]
    private static partial Regex Promise();
}
