using System.Xml.Linq;
using Xunit;

namespace OrleansStream.Architecture.Tests;

/// <summary>Which project may reference which. ARCHITECTURE.md draws the same table.</summary>
public class ArrowTests
{
    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["Columns"] = [],
        ["Engine"] = ["Columns"],
        ["Runtime"] = ["Engine", "Columns"],
        ["Sql"] = ["Engine", "Columns"],
        ["Contracts"] = ["Engine", "Columns"],
        ["Grains"] = ["Contracts", "Runtime", "Engine", "Columns"],
        ["Connectors"] = ["Engine", "Columns"],
        ["Storage"] = ["Engine", "Columns"],
        ["Silo"] = ["Grains", "Contracts", "Runtime", "Connectors", "Storage", "Engine", "Columns"],
        ["Gateway"] = ["Sql", "Contracts", "Engine", "Columns"],
        ["Cli"] = ["Silo", "Gateway"],
    };

    public static TheoryData<string> Projects => [.. Repository.Files("src", "*.csproj")];

    [Theory]
    [MemberData(nameof(Projects))]
    public void References_point_down(string project)
    {
        var name = Path.GetFileNameWithoutExtension(project);
        Assert.True(Arrows.ContainsKey(name), $"{project} has no row in the table of arrows");
        var extra = XDocument.Parse(Repository.Read(project)).Descendants("ProjectReference")
            .Select(r => Path.GetFileNameWithoutExtension((string)r.Attribute("Include")!)).Except(Arrows[name]).ToArray();
        Assert.True(extra.Length == 0, $"{name} must not reference {string.Join(", ", extra)}");
    }

    [Fact]
    public void Every_row_of_the_table_is_a_project() =>
        Assert.Equal(Arrows.Keys.Order(), Repository.Files("src", "*.csproj").Select(p => Path.GetFileNameWithoutExtension(p)!).Order());

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = Repository.Read("OrleansStream.sln").Replace('\\', '/');
        string[] projects = [.. Repository.Files("src", "*.csproj"), .. Repository.Files("tests", "*.csproj"), .. Repository.Files("bench", "*.csproj")];
        Assert.Empty(projects.Where(p => !solution.Contains($"\"{p}\"", StringComparison.Ordinal)));
    }
}
