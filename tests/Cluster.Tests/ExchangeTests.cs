using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Orleans.Streams;
using OrleansStream.Columns;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.Flow;
using OrleansStream.Grains.Exchange;
using OrleansStream.Grains.Silos;
using OrleansStream.Runtime;
using Xunit;

namespace OrleansStream.Cluster.Tests;

/// <summary>The stream provider <c>exchange</c> as an Orleans client sees it.</summary>
public sealed class ExchangeTests : IAsyncLifetime
{
    private static readonly Schema Rows = Schema.Of(("id", SqlType.BigInt), ("name", SqlType.String), ("amount", SqlType.Decimal(20, 2)));

    private LocalSilo _silo = null!;

    public async ValueTask InitializeAsync() => _silo = await LocalSilo.StartAsync();

    public ValueTask DisposeAsync() => _silo.DisposeAsync();

    [Fact]
    public async Task A_frame_to_a_shard_on_the_same_silo_is_the_same_object()
    {
        var key = Key(_silo.Service<Agents>().Here);
        var inbox = new Inbox();
        await Stream(key).SubscribeAsync(new ShardSubscriber(0, inbox));
        var frame = Frame(key, 0, Batch(100));
        await Stream(key).OnNextAsync(frame);
        Assert.Same(frame.Parts[0], Assert.Single(inbox.Received));
        Assert.Same(frame.Parts[0].Rows, inbox.Received.Single().Rows);
    }

    [Fact]
    public async Task A_frame_that_is_not_accepted_throws()
    {
        var key = Key(_silo.Service<Agents>().Here);
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => Stream(key).OnNextAsync(Frame(key, 0, Batch(1))));
        Assert.Contains("NotHere", refused.Message, StringComparison.Ordinal);
        await Stream(key).SubscribeAsync(new ShardSubscriber(0, new Inbox()));
        await Stream(key).OnNextAsync(Frame(key, 0, Batch(1)));
        await Stream(key).OnNextAsync(Frame(key, 0, Batch(1)));
        refused = await Assert.ThrowsAsync<InvalidOperationException>(() => Stream(key).OnNextAsync(Frame(key, 2, Batch(1))));
        Assert.Contains("Gap 1", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Subscribing_elsewhere_says_why_not()
    {
        var key = Key("127.0.0.1:1@1");
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => Stream(key).SubscribeAsync(new ShardSubscriber(0, new Inbox())));
        Assert.Contains("ends on silo 127.0.0.1:1@1, not here", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_frame_survives_the_wire()
    {
        var key = Key("127.0.0.1:4000@7");
        var controls = ImmutableArray.Create(new Control(3, ControlKind.Watermark, 12_345), new Control(5_000, ControlKind.Barrier, 9));
        var frame = new Frame(
            key.Job.ToString(), 3, key.Link, 42, [new SubBatch(1, Batch(5_000), controls), new SubBatch(2, null, [new Control(0, ControlKind.End, 0)])], 77_777);

        var serializer = _silo.Service<Serializer>();
        var back = serializer.Deserialize<FramePacket>(serializer.SerializeToArray(FramePacket.Of(frame)))!.ToFrame();

        Assert.Equal(frame with { Parts = [] }, back with { Parts = [] });
        Assert.Equal(2, back.Parts.Length);
        Assert.Equal(controls, back.Parts[0].Controls);
        Assert.Equal(frame.Parts[1].Controls, back.Parts[1].Controls);
        Assert.Null(back.Parts[1].Rows);
        Assert.Equal(Texts(frame.Parts[0].Rows!), Texts(back.Parts[0].Rows!));
    }

    [Fact]
    public void A_torn_packet_is_refused()
    {
        var serializer = _silo.Service<Serializer>();
        byte[] bytes = serializer.SerializeToArray(FramePacket.Of(Frame(Key("x"), 0, Batch(10))));
        Assert.ThrowsAny<Exception>(() => serializer.Deserialize<FramePacket>(bytes.AsMemory(0, bytes.Length / 2))!.ToFrame());
    }

    private static LinkKey Key(string silo) => new(new JobKey("acme", "job"), 3, new LinkId(0, 1, silo));

    private IAsyncStream<Frame> Stream(LinkKey key) => _silo.Services.GetRequiredKeyedService<IStreamProvider>(ExchangeProvider.ProviderName).GetStream<Frame>(key.ToStreamId());

    private static Frame Frame(LinkKey key, long sequence, Batch rows) => new(key.Job.ToString(), key.Generation, key.Link, sequence, [new SubBatch(0, rows, [])], 0);

    private static Batch Batch(int rows)
    {
        var b = new BatchBuilder(Rows);
        for (int i = 0; i < rows; i++)
        {
            b.Fixed<long>(0).Add(i);
            b.Text(1).Append(System.Text.Encoding.UTF8.GetBytes(i % 3 == 0 ? $"n{i}" : $"a name that is longer than fits inline, number {i}"));
            if (i % 5 == 0) b.Columns[2].AppendNulls(1);
            else b.Fixed<Int128>(2).Add(i * 1_000_000_007L);
            b.Advance(1);
        }

        return b.Build();
    }

    private static string[] Texts(Batch b) =>
        [.. Enumerable.Range(0, b.Length).Select(i => $"{((FixedColumn<long>)b.Columns[0]).Values[i]}|{System.Text.Encoding.UTF8.GetString(((TextColumn)b.Columns[1])[i])}|{(b.Columns[2].IsNull(i) ? "null" : ((FixedColumn<Int128>)b.Columns[2]).Values[i].ToString(null, null))}")];

    private sealed class Inbox : IFrameReceiver
    {
        public ConcurrentQueue<SubBatch> Received { get; } = new();

        public void Receive(int exchange, int sender, SubBatch part, FrameTicket ticket)
        {
            Received.Enqueue(part);
            ticket.Taken();
        }
    }
}
