namespace OrleansStream.Runtime;

/// <summary>What failed in a way that may pass is tried again: after 100 ms, twice as long each time, at most 10 s.</summary>
public static class Retry
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <param name="passes">whether it may pass; what may not is thrown.</param>
    /// <param name="trouble">told each error, and null once it has succeeded.</param>
    public static async Task<T> UntilDoneAsync<T>(Func<Task<T>> work, Func<Exception, bool> passes, Action<Exception?> trouble, TimeProvider time, CancellationToken cancel)
    {
        for (var wait = First; ; wait = wait * 2 < Longest ? wait * 2 : Longest)
        {
            try
            {
                var done = await work();
                trouble(null);
                return done;
            }
            catch (Exception e) when (e is not OperationCanceledException && passes(e))
            {
                trouble(e);
                await Task.Delay(wait, time, cancel);
            }
        }
    }
}
