using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Engine.Tests.Functions;

/// <summary>docs/howto/add-a-function.md shows a function that is there: its code and cases are the files', and so are compiled and run.</summary>
public class HowToTests
{
    [Theory]
    [InlineData("src/Engine/Functions/Scalar/InetNtoa.cs")]
    [InlineData("tests/Golden/functions/inetntoa.slt")]
    public void The_page_shows_the_file(string file)
    {
        string root = Path.Combine(Golden.Root, "..", "..");
        string page = File.ReadAllText(Path.Combine(root, "docs/howto/add-a-function.md")).ReplaceLineEndings("\n");
        string text = File.ReadAllText(Path.Combine(root, file)).ReplaceLineEndings("\n");
        Assert.Contains($"`{file}`", page, StringComparison.Ordinal);
        Assert.Contains($"\n{text}```", page, StringComparison.Ordinal);
    }
}
