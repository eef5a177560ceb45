using Orleans.Streams;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.Flow;
using OrleansStream.Grains.Silos;
using OrleansStream.Runtime;

namespace OrleansStream.Grains.Exchange;

/// <summary>
/// The stream provider <c>exchange</c>: a stream is one link, and every frame, local or not, goes through it. Nothing is stored, nothing is rewound: what is lost
/// is replayed from the last checkpoint.
/// </summary>
public sealed class ExchangeProvider(ExchangeHub hub, Agents agents) : IStreamProvider
{
    public const string ProviderName = "exchange";

    public string Name => ProviderName;

    public bool IsRewindable => false;

    public IAsyncStream<T> GetStream<T>(StreamId streamId) =>
        typeof(T) == typeof(Frame)
            ? (IAsyncStream<T>)(object)Link(LinkKey.Parse(streamId))
            : throw new NotSupportedException($"provider '{ProviderName}' carries {nameof(Frame)}, not {typeof(T).Name}");

    /// <summary>The sending end of a link, as hosts use it.</summary>
    public IExchangeLink Link(JobKey job, int generation, LinkId link) => Link(new LinkKey(job, generation, link));

    private ExchangeStream Link(LinkKey key) => new(key, hub, key.Link.Silo == agents.Here ? null : agents.On(key.Link.Silo));
}
