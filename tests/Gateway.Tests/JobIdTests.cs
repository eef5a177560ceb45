using CsCheck;
using OrleansStream.Gateway.Jobs;
using Xunit;

namespace OrleansStream.Gateway.Tests;

public class JobIdTests
{
    [Theory]
    [InlineData("Flights, hourly", "flights-hourly-")]
    [InlineData("  --a__b  ", "a-b-")]
    [InlineData("日本", "job-")]
    [InlineData("", "job-")]
    public void An_id_begins_with_the_name(string name, string prefix)
    {
        string id = JobId.New(name);
        Assert.Equal(prefix, id[..^6]);
    }

    [Fact]
    public void Every_id_is_a_key() => Gen.String.Sample(name => JobId.Key(JobId.New(name)) is { Tenant: JobId.Tenant });

    [Fact]
    public void Two_jobs_of_one_name_are_two_jobs() => Assert.NotEqual(JobId.New("a"), JobId.New("a"));

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("A")]
    [InlineData("a.b")]
    public void What_cannot_be_an_id_is_no_key(string id) => Assert.Null(JobId.Key(id));
}
