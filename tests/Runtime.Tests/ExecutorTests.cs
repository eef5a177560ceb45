using OrleansStream.Engine.Checkpoints;
using OrleansStream.TestKit.Simulated;
using Xunit;

namespace OrleansStream.Runtime.Tests;

public class ExecutorTests
{
    [Fact]
    public void Jobs_share_by_weight_and_shards_of_a_job_take_turns()
    {
        using var executor = new Executor(0, new World(null));
        var log = new Dictionary<string, int>();
        var heavy = new JobQueue(new JobKey("t", "heavy"), 1, weight: 3);
        var light = new JobQueue(new JobKey("t", "light"), 1);
        foreach (var (queue, name) in new[] { (heavy, "h1"), (heavy, "h2"), (light, "l") }) executor.Wake(new Endless(queue, name, log));
        for (int i = 0; i < 400; i++) Assert.True(executor.RunOne());
        Assert.InRange(log["h1"] + log["h2"], 290, 310);
        Assert.InRange(log["h1"] - log["h2"], -1, 1);
    }

    [Fact]
    public void A_job_that_wakes_has_no_credit_for_its_sleep()
    {
        using var executor = new Executor(0, new World(null));
        var log = new Dictionary<string, int>();
        var busy = new JobQueue(new JobKey("t", "busy"), 1);
        var sleeper = new JobQueue(new JobKey("t", "sleeper"), 1);
        executor.Wake(new Endless(busy, "busy", log));
        for (int i = 0; i < 1000; i++) executor.RunOne();
        executor.Wake(new Endless(sleeper, "sleeper", log));
        for (int i = 0; i < 100; i++) executor.RunOne();
        Assert.InRange(log["sleeper"], 45, 55);
    }

    [Fact]
    public void A_wake_while_running_is_not_lost_and_one_that_is_due_comes()
    {
        var world = new World(null);
        using var executor = new Executor(0, world);
        int runs = 0;
        Once work = null!;
        work = new Once(new JobQueue(new JobKey("t", "j"), 1), () =>
        {
            if (++runs == 1) executor.Wake(work);
            if (runs == 2) executor.WakeAt(work, world.GetTimestamp() + 50);
        });
        executor.Wake(work);
        Assert.True(executor.RunOne());
        Assert.True(executor.RunOne());
        Assert.False(executor.RunOne());
        Assert.Equal(world.GetTimestamp() + 50, executor.NextDue());
        world.After(50, () => { }, null);
        world.Step();
        Assert.True(executor.RunOne());
        Assert.Equal(3, runs);
    }

    [Fact]
    public void A_quota_stops_a_job_that_has_used_it_up()
    {
        var world = new World(null);
        using var executor = new Executor(0, world);
        var log = new Dictionary<string, int>();
        executor.Wake(new Endless(new JobQueue(new JobKey("t", "j"), 1, quota: 0.5), "j", log));
        int Run()
        {
            int n = 0;
            while (executor.RunOne()) n++;
            return n;
        }

        // A unit counts as one tick (ms) in manual mode: half a core gives 50 in 100 ms.
        Run();
        world.After(100, () => { }, null);
        world.Step();
        Assert.InRange(Run(), 49, 51);
    }

    private sealed class Endless(JobQueue queue, string name, Dictionary<string, int> log) : Work(queue, 0)
    {
        protected override bool Unit()
        {
            log[name] = log.GetValueOrDefault(name) + 1;
            return true;
        }
    }

    private sealed class Once(JobQueue queue, Action run) : Work(queue, 0)
    {
        protected override bool Unit()
        {
            run();
            return false;
        }
    }
}
