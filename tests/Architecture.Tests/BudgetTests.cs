using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace OrleansStream.Architecture.Tests;

/// <summary>File ≤ 500 lines, grain ≤ 300, method ≤ 80, median file ≤ 80. Exceptions, with a reason: budgets.txt.</summary>
public class BudgetTests
{
    [Fact]
    public void Sizes_stay_within_the_budget() => Assert.Empty(new Budget(Repository.Lines("budgets.txt")).Judge(Measure()));

    [Fact]
    public void A_budget_catches_what_is_too_long_and_what_needs_no_exception()
    {
        var budget = new Budget(["# comment", "method src/A.cs:Long 90 a kernel in one piece", "file src/B.cs 700 gone"]);
        Assert.Empty(new Budget([]).Judge([new("file", "src/A.cs", 500), new("method", "src/A.cs:M", 80)]));
        Assert.Equal(
            ["method src/A.cs:Long: 91 lines, allowed are 90", "file src/C.cs: 501 lines, allowed are 500", "budgets.txt: file src/B.cs needs no exception"],
            budget.Judge([new("method", "src/A.cs:Long", 91), new("file", "src/C.cs", 501), new("file", "src/B.cs", 400)]));
        Assert.Throws<FormatException>(() => new Budget(["file src/B.cs 700"]));
    }

    private static List<Size> Measure()
    {
        var sizes = new List<Size>();
        var grains = new Dictionary<string, int>();
        foreach (var path in Sources.All)
        {
            var lines = Repository.Lines(path).Length;
            sizes.Add(new("file", path, lines));
            foreach (var node in Sources.Tree(path).GetRoot().DescendantNodes())
            {
                if (node is BaseMethodDeclarationSyntax or LocalFunctionStatementSyntax or AccessorDeclarationSyntax)
                    sizes.Add(new("method", $"{path}:{Name(node)}", Length(node)));
                // A grain split into partial files is still one grain.
                if (node is ClassDeclarationSyntax c && path.StartsWith("src/Grains/", StringComparison.Ordinal) && c.Identifier.Text.EndsWith("Grain", StringComparison.Ordinal))
                    grains[c.Identifier.Text] = grains.GetValueOrDefault(c.Identifier.Text) + Length(node);
            }
        }
        sizes.AddRange(grains.Select(g => new Size("grain", g.Key, g.Value)));
        var product = sizes.Where(s => s.Kind == "file" && s.Name.StartsWith("src/", StringComparison.Ordinal)).Select(s => s.Lines).Order().ToArray();
        if (product.Length > 0) sizes.Add(new("median", "src", product[product.Length / 2]));
        return sizes;
    }

    private static int Length(SyntaxNode node)
    {
        var span = node.GetLocation().GetLineSpan();
        return span.EndLinePosition.Line - span.StartLinePosition.Line + 1;
    }

    private static string Name(SyntaxNode node) => node switch
    {
        MethodDeclarationSyntax m => m.Identifier.Text,
        LocalFunctionStatementSyntax f => f.Identifier.Text,
        ConstructorDeclarationSyntax c => c.Identifier.Text,
        _ => node.Kind().ToString(),
    };
}
