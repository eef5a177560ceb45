using System.Xml.Linq;
using Xunit;

namespace OrleansStream.Architecture.Tests;

/// <summary>Which packages and frameworks a project may name.</summary>
public class PackageArrowTests
{
    // Projects that know no outside world name their packages one by one.
    private static readonly Dictionary<string, string[]> Closed = new()
    {
        ["Columns"] = ["System.IO.Hashing"],
        ["Engine"] = [],
        ["Runtime"] = ["Microsoft.Extensions.Logging.Abstractions"],
        ["Sql"] = [],
        ["Contracts"] = ["Microsoft.Orleans.Sdk"],
    };

    [Fact]
    public void Closed_projects_name_only_their_packages() =>
        Assert.Empty(Uses("PackageReference").Where(u => Closed.TryGetValue(u.Project, out var allowed) && !allowed.Contains(u.Name)));

    [Fact]
    public void Orleans_stays_in_contracts_grains_and_hosts()
    {
        string[] allowed = ["Contracts", "Grains", "Silo", "Gateway"];
        Assert.Empty(Uses("PackageReference").Where(u => u.Name.StartsWith("Microsoft.Orleans", StringComparison.Ordinal) && !allowed.Contains(u.Project)));
    }

    [Fact]
    public void The_gateway_is_only_a_client_of_the_cluster()
    {
        string[] server = ["Microsoft.Orleans.Server", "Microsoft.Orleans.Runtime", "Microsoft.Orleans.Streaming"];
        Assert.Empty(Uses("PackageReference").Where(u => u.Project == "Gateway" && server.Contains(u.Name)));
    }

    [Fact]
    public void Aspnet_stays_in_hosts()
    {
        string[] allowed = ["Gateway", "Silo", "Cli"];
        Assert.Empty(Uses("FrameworkReference").Where(u => !allowed.Contains(u.Project)));
    }

    private static IEnumerable<(string Project, string Name)> Uses(string element) =>
        from project in Repository.Files("src", "*.csproj")
        from use in XDocument.Parse(Repository.Read(project)).Descendants(element)
        select (Path.GetFileNameWithoutExtension(project), (string)use.Attribute("Include")!);
}
