using System.Runtime.CompilerServices;
using OrleansStream.Contracts;

namespace OrleansStream.Gateway.Jobs;

/// <summary>Reads the rows of a SELECT page by page. Reading is what keeps the query alive and lets it go on.</summary>
public sealed class ResultReader(IResultGrain grain)
{
    /// <summary>Why the query ended early; null while it runs and when it ended well.</summary>
    public JobFault? Fault { get; private set; }

    /// <summary>Pages, each of one or more batches as bytes of BatchFormat, in order, until the query has ended.</summary>
    public async IAsyncEnumerable<byte[]> ReadAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        for (long token = 0; ;)
        {
            // The grain waits for rows itself (half a second), so this loop does not spin.
            var page = await grain.FetchAsync(token).WaitAsync(cancel);
            foreach (byte[] batch in page.Batches) yield return batch;
            token = page.Token;
            if (!page.Ended) continue;
            Fault = page.Fault;
            yield break;
        }
    }
}
