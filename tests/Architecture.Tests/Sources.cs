using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace OrleansStream.Architecture.Tests;

/// <summary>Every C# source of the repository, parsed once.</summary>
internal static class Sources
{
    private static readonly Dictionary<string, SyntaxTree> Trees = new[] { "src", "tests", "bench" }
        .SelectMany(folder => Repository.Files(folder, "*.cs"))
        .ToDictionary(path => path, path => CSharpSyntaxTree.ParseText(Repository.Read(path)));

    public static IEnumerable<string> All => Trees.Keys;

    public static IEnumerable<string> Product => Trees.Keys.Where(p => p.StartsWith("src/", StringComparison.Ordinal));

    /// <summary>Names of all types that are declared at the top of a namespace.</summary>
    public static IEnumerable<string> Types => Trees.Values
        .SelectMany(t => t.GetRoot().DescendantNodes().OfType<BaseTypeDeclarationSyntax>()).Where(t => t.Parent is BaseNamespaceDeclarationSyntax).Select(t => t.Identifier.Text);

    public static SyntaxTree Tree(string path) => Trees[path];
}
