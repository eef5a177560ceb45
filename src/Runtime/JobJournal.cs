using OrleansStream.Engine.Checkpoints;

namespace OrleansStream.Runtime;

/// <summary>A run's side of its job's journal: it appends for as long as its generation is the current one, through any number of failed writes.</summary>
/// <param name="failed">told which write failed and how; it is tried again.</param>
public sealed class JobJournal(IJournal journal, JobKey job, int generation, TimeProvider time, Action<string, Exception> failed)
{
    public ValueTask<JournalHead> ReadAsync(CancellationToken cancel) => journal.ReadAsync(job, cancel);

    /// <summary>Appends the Begin entry right after what was seen. True = this run has begun the generation.</summary>
    public async Task<bool> BeginAsync(long seen, BeginEntry entry, CancellationToken cancel) =>
        await RetryAsync(async () =>
        {
            // An earlier try whose outcome was unknown may have written it.
            var head = await journal.ReadAsync(job, cancel);
            if (head.Version == seen) return await journal.TryAppendAsync(job, seen, entry, cancel);
            return head.Generation == generation && head.Begin!.RunSilo == entry.RunSilo;
        }, "begin", null, cancel);

    /// <summary>Appends <paramref name="entry"/> unless a newer generation has begun (then false) or <paramref name="written"/> finds it in the head.</summary>
    /// <param name="failing">told the message of each failed write, null once it succeeded.</param>
    public async Task<bool> AppendAsync(JournalEntry entry, Func<JournalHead, bool> written, Action<string?>? failing, CancellationToken cancel) =>
        await RetryAsync(async () =>
        {
            while (true)
            {
                var head = await journal.ReadAsync(job, cancel);
                if (head.Generation != generation) return false;
                if (written(head) || await journal.TryAppendAsync(job, head.Version, entry, cancel)) return true;
            }
        }, entry.GetType().Name, failing, cancel);

    private Task<bool> RetryAsync(Func<Task<bool>> write, string what, Action<string?>? failing, CancellationToken cancel) =>
        Retry.UntilDoneAsync(write, _ => true, e =>
        {
            if (e is not null) failed(what, e);
            failing?.Invoke(e is null ? null : $"journal: {e.Message}");
        }, time, cancel);
}
