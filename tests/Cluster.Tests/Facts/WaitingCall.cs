using System.Collections.Concurrent;
using Xunit;

namespace OrleansStream.Cluster.Tests.Facts;

public interface IWaiter : IGrainWithStringKey
{
    /// <summary>Asks for its own deactivation, then waits for the test.</summary>
    Task WaitAsync();

    /// <summary>The activation that answers.</summary>
    Task<string> WhoAsync();
}

public sealed class WaiterGrain(IGrainContext context) : Grain, IWaiter
{
    public static readonly ConcurrentDictionary<string, (TaskCompletionSource Entered, TaskCompletionSource Leave)> Gates = new();

    public async Task WaitAsync()
    {
        var (entered, leave) = Gates[this.GetPrimaryKeyString()];
        DeactivateOnIdle();
        entered.SetResult();
        await leave.Task;
    }

    public Task<string> WhoAsync() => Task.FromResult(context.ActivationId.ToString());
}

/// <summary>Why nothing in the data plane waits inside a call.</summary>
public sealed class WaitingCall(TwoSilos silos) : IClassFixture<TwoSilos>
{
    [Fact]
    public async Task A_waiting_call_and_a_deactivation_hold_up_every_later_call()
    {
        var grain = silos.Grains(0).GetGrain<IWaiter>("wedged");
        string first = await grain.WhoAsync();
        var gate = (Entered: new TaskCompletionSource(), Leave: new TaskCompletionSource());
        WaiterGrain.Gates["wedged"] = gate;

        var waiting = grain.WaitAsync();
        await gate.Entered.Task;
        var second = grain.WhoAsync();

        // The limit passing frees nobody: it is looked at only when one more message arrives.
        Assert.NotSame(second, await Task.WhenAny(second, Task.Delay(TwoSilos.MaxRequestProcessingTime * 2)));
        string third = await grain.WhoAsync();

        Assert.NotEqual(first, third);
        Assert.Equal(third, await second);
        Assert.False(waiting.IsCompleted);
        gate.Leave.SetResult();
        await waiting;
    }
}
