using System.Collections.Immutable;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.Flow;
using Xunit;

namespace OrleansStream.Engine.Tests.Flow;

public class InputGateTests
{
    private static Control Put(ControlKind kind, long value = 0) => new(0, kind, value);

    [Fact]
    public void A_port_is_as_late_as_its_last_active_channel()
    {
        var gate = new InputGate([2], []);
        Assert.False(gate.Raise(0, 0, 10, out _));
        Assert.True(gate.Raise(0, 1, 5, out long combined));
        Assert.Equal(5, combined);
        Assert.False(gate.Raise(0, 1, 4, out _));
        Assert.True(gate.Raise(0, 1, 20, out combined));
        Assert.Equal(10, combined);

        // Without the channel that holds time back it goes on, and comes back no lower.
        Assert.Equal(20, gate.Apply(0, 0, Put(ControlKind.Idle)).Watermark);
        Assert.Null(gate.Apply(0, 0, Put(ControlKind.Active)).Watermark);
        Assert.False(gate.Raise(0, 1, 30, out _));
        Assert.Equal(20, gate.Watermark(0));
        Assert.Equal(30, gate.Apply(0, 0, Put(ControlKind.End)).Watermark);
    }

    [Fact]
    public void All_idle_is_idle_and_said_once()
    {
        var gate = new InputGate([2], []);
        Assert.Null(gate.Apply(0, 0, Put(ControlKind.Idle)).Idle);
        Assert.True(gate.Apply(0, 1, Put(ControlKind.Idle)).Idle);
        Assert.Null(gate.Apply(0, 1, Put(ControlKind.Idle)).Idle);
        Assert.False(gate.Apply(0, 1, Put(ControlKind.Active)).Idle);
    }

    [Fact]
    public void A_barrier_closes_its_channel_until_all_have_come()
    {
        var gate = new InputGate([2, 1], []);
        gate.Apply(0, 0, Put(ControlKind.Barrier, 7));
        Assert.False(gate.Asks(0, 0));
        Assert.True(gate.Asks(0, 1));
        Assert.False(gate.Aligned(7, commanded: true));
        gate.Apply(1, 0, Put(ControlKind.End));
        gate.Apply(0, 1, Put(ControlKind.Barrier, 7));
        Assert.True(gate.Aligned(7, commanded: false));
        gate.Release();
        Assert.True(gate.Asks(0, 0));
        Assert.False(gate.Asks(1, 0));
        Assert.False(gate.Aligned(8, commanded: true));
    }

    [Fact]
    public void A_shard_that_reads_splits_or_has_ended_waits_for_the_command()
    {
        var reads = new InputGate([1, -1], []);
        reads.AddSplit(1, long.MinValue);
        reads.Apply(0, 0, Put(ControlKind.Barrier, 3));
        Assert.False(reads.Aligned(3, commanded: false));
        Assert.True(reads.Aligned(3, commanded: true));

        var ended = new InputGate([1], []);
        Assert.True(ended.Apply(0, 0, Put(ControlKind.End)).Ended);
        Assert.True(ended.AllEnded);
        Assert.False(ended.Aligned(3, commanded: false));
        Assert.True(ended.Aligned(3, commanded: true));
    }

    [Fact]
    public void A_source_ends_with_its_last_split_and_says_that_time_is_over()
    {
        var gate = new InputGate([-1], []);
        int a = gate.AddSplit(0, long.MinValue);
        Assert.False(gate.Apply(0, a, Put(ControlKind.End)).Ended);
        int b = gate.AddSplit(0, long.MinValue);
        gate.CloseSplits(0);
        var change = gate.Apply(0, b, Put(ControlKind.End));
        Assert.True(change.Ended);
        Assert.Equal(long.MaxValue, change.Watermark);
    }

    [Fact]
    public void A_restored_gate_starts_at_the_least_of_its_images()
    {
        ImmutableArray<PortImage>[] images = [[new PortImage(0, 50, true)], [new PortImage(0, 40, false)]];
        var gate = new InputGate([2], images);
        Assert.Equal(40, gate.Watermark(0));
        Assert.False(gate.Ended(0));

        // Senders that start again from their own images may say less than was told.
        Assert.False(gate.Raise(0, 0, 30, out _));
        Assert.False(gate.Raise(0, 0, 60, out _));
        Assert.True(gate.Raise(0, 1, 45, out long combined));
        Assert.Equal(45, combined);
    }

    [Fact]
    public void Watermarks_never_go_back_whatever_comes()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var gate = new InputGate([3], []);
            long[] channel = [long.MinValue, long.MinValue, long.MinValue];
            bool[] idle = new bool[3], ended = new bool[3];
            long told = long.MinValue;
            for (int i = 0; i < 200; i++)
            {
                int c = random.Next(3);
                long? raised = null;
                int what = random.Next(12);
                if (what < 9)
                {
                    if (ended[c] || idle[c]) continue;
                    long w = random.Next(1000);
                    channel[c] = Math.Max(channel[c], w);
                    if (gate.Raise(0, c, w, out long combined)) raised = combined;
                }
                else if (what == 9 && !ended[c]) raised = gate.Apply(0, c, Put((idle[c] = !idle[c]) ? ControlKind.Idle : ControlKind.Active)).Watermark;
                else if (what == 10 && random.Next(10) == 0)
                {
                    ended[c] = true;
                    raised = gate.Apply(0, c, Put(ControlKind.End)).Watermark;
                }

                long least = Enumerable.Range(0, 3).Where(k => !idle[k] && !ended[k]).Select(k => channel[k]).DefaultIfEmpty(long.MinValue).Min();
                Assert.True((least > told) == (raised is not null), $"seed {seed} step {i}: least {least}, told {told}, raised {raised}");
                told = Math.Max(told, least);
                Assert.Equal(told, gate.Watermark(0));
            }
        }
    }

    [Fact]
    public void No_rows_are_taken_before_every_sender_has_been_heard()
    {
        var gate = new InputGate([2], []);
        Assert.True(gate.Started(0, 0));
        gate.Apply(0, 0, Put(ControlKind.Active));
        Assert.False(gate.Started(0, 0));
        Assert.True(gate.Started(0, 1));
        gate.Apply(0, 1, Put(ControlKind.Idle));
        Assert.True(gate.Started(0, 0));
    }
}
