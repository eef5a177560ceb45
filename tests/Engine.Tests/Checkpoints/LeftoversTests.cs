using System.Collections.Immutable;
using OrleansStream.Engine.Checkpoints;
using Xunit;

namespace OrleansStream.Engine.Tests.Checkpoints;

public class LeftoversTests
{
    private static readonly JobKey Job = new("t", "j");

    private static Manifest Naming(params string[] parts) => new(
        1, 1, 3, 9, false, [new ShardImage(0, 0, 1, [.. parts], 0, [], [], ImmutableSortedDictionary<string, long>.Empty)],
        ImmutableSortedDictionary<string, ImmutableArray<byte[]>>.Empty, ImmutableSortedDictionary<string, EnumeratorImage>.Empty);

    [Fact]
    public void Parts_of_older_generations_that_nobody_names_are_left_over()
    {
        string[] names =
        [
            "t/j/1/1-0-0", "t/j/2/5-0-0", "t/j/3/9-0-0", "t/j/4/10-0-0", "t/j/10/11-0-0", "t/jj/1/1-0-0", "t/k/1/1-0-0", "~savepoints/t/j-1/1-1-0-0-0", "t/j/notes/x", "t/j/1/a/b",
        ];
        Assert.Equal(["t/j/2/5-0-0", "t/j/3/9-0-0"], Leftovers.Parts(Job, 4, names, Naming("t/j/1/1-0-0")));
        Assert.Equal(["t/j/1/1-0-0", "t/j/2/5-0-0"], Leftovers.Parts(Job, 3, names, null));
        Assert.Empty(Leftovers.Parts(Job, 1, names, null));
    }

    [Fact]
    public void Hosts_of_a_job_that_has_moved_on_or_is_over_are_left_over_but_not_while_it_takes_its_last_checkpoint()
    {
        static JournalHead Head(string job, int generation) => JournalHead.Empty(new JobKey("t", job)) with { Begin = new BeginEntry(generation, null, "s", 0, "", false) };
        (string, int)[] here = [("t/a", 1), ("t/b", 2), ("t/c", 3), ("t/d", 1), ("t/stopping", 1)];
        Assert.Equal([("t/a", 1), ("t/d", 1)], Leftovers.Hosts(here, [Head("a", 2), Head("b", 2), Head("c", 2)], (job, _) => job != "t/stopping"));
    }
}
