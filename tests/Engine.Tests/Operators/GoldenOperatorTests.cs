using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Engine.Tests.Operators;

/// <summary>Each file of tests/Golden/operators, in every mode of the harness.</summary>
public class GoldenOperatorTests
{
    public static TheoryData<string> Files => [.. Golden.Files("operators", "*.stream")];

    [Theory]
    [MemberData(nameof(Files))]
    public void Gives_the_expected_rows(string file) => new StreamFile($"operators/{file}").Run();
}
