using System.Collections.Immutable;

namespace OrleansStream.Contracts;

/// <summary>Rows of a SELECT, as bytes of BatchFormat.</summary>
/// <param name="Token">give it to the next fetch: it frees the pages before it.</param>
/// <param name="Ended">no page follows.</param>
[GenerateSerializer, Immutable, Alias("result-page")]
public sealed record ResultPage(
    [property: Id(0)] long Token, [property: Id(1)] ImmutableArray<byte[]> Batches, [property: Id(2)] bool Ended, [property: Id(3)] JobFault? Fault);

/// <summary>The bounded buffer (4 MiB) between a SELECT and its reader. Key: <c>tenant/job</c>.</summary>
public interface IResultGrain : IGrainWithStringKey
{
    /// <summary>
    /// Pages after <paramref name="token"/> (0 first), waiting up to half a second for the first. Asking a token again gives the same pages again.
    /// </summary>
    Task<ResultPage> FetchAsync(long token);

    /// <summary>A shard's offer: false = full, offer again after a short wait. Sequences per shard are 0, 1, 2, …; a repeated one is dropped.</summary>
    Task<bool> OfferAsync(int shard, long sequence, byte[] batch);

    /// <summary>No rows follow (<paramref name="fault"/> null), or the query ended in an error.</summary>
    Task CompleteAsync(JobFault? fault);
}
