using System.Text;
using OrleansStream.Connectors.Nexmark;
using Xunit;

namespace OrleansStream.Connectors.Tests.Nexmark;

/// <summary>The generator's published check values (seed 42, rate 100,000).</summary>
public sealed class NexmarkGenTests
{
    private static readonly NexmarkGen Gen = new(42, 1_600_000_000_000, 100_000);

    [Fact]
    public void Words_and_prices()
    {
        Assert.Equal(0x134F7096918175CEUL, Gen.H(0, 0));
        Assert.Equal(0x32821C5D4D1F1D4FUL, Gen.H(123456, 3));
        Assert.Equal([100L, 99964, 99964624], [NexmarkTexts.Prices[1], NexmarkTexts.Prices[2048], NexmarkTexts.Prices[4096]]);
    }

    [Fact]
    public void Letters()
    {
        Assert.Equal("batzkbyaajriimdp", Encoding.ASCII.GetString(NexmarkTexts.Pool, 0, 16));
        Assert.Equal("uiahsprueajnjkofpgmyzhlwecjxtsza", Encoding.ASCII.GetString(NexmarkTexts.Text, 0, 32));
    }

    [Theory]
    [InlineData(0, "https://www.nexmark.com/ipj/efix/tcw/item.htm?query=1&channel_id=0")]
    [InlineData(1, "https://www.nexmark.com/cec/x_db/ygu/item.htm?query=1&channel_id=1073741824")]
    [InlineData(9999, "https://www.nexmark.com/yns/_ed/osh/item.htm?query=1&channel_id=2020737024")]
    [InlineData(10000, "https://www.nexmark.com/rzv/njio/fhoo/item.htm?query=1")]
    [InlineData(10003, "https://www.nexmark.com/qep/rab/cul/item.htm?query=1")]
    public void Urls(int index, string expected) => Assert.Equal(expected, Text(NexmarkTexts.Urls, index));

    [Fact]
    public void A_million_events_add_up()
    {
        ulong sum = 0;
        for (long n = 0; n < 1_000_000; n++)
        {
            sum += NexmarkGen.TypeOf(n) switch
            {
                NexmarkGen.Bid => (ulong)(
                    (Gen.BidAuction(n) * 3) + (Gen.BidBidder(n) * 5) + (Gen.BidPrice(n) * 7) + (Gen.BidChannel(n) * 11L)
                    + (Gen.BidExtra(n).Length * 13L) + (Gen.BidExtra(n).Offset * 17L)),
                NexmarkGen.Auction => (ulong)(
                    NexmarkGen.AuctionId(n) + (Gen.AuctionSeller(n) * 3) + (Gen.AuctionCategory(n) * 5) + (Gen.AuctionExpires(n) * 7)
                    + (Gen.AuctionReserve(n) * 11) + (Gen.AuctionExtra(n).Length * 13L)),
                _ => (ulong)(
                    NexmarkGen.PersonId(n) + (NameLength(n) * 3L) + (Gen.PersonExtra(n).Length * 5L) + (Gen.PersonExtra(n).Offset * 7L)),
            };
        }

        Assert.Equal(0x0953A724EC3354B5UL, sum);
    }

    private static int NameLength(long n)
    {
        var (first, last) = Gen.PersonName(n);
        return NexmarkTexts.FirstNames[first].Length + 1 + NexmarkTexts.LastNames[last].Length;
    }

    private static string Text(TextTable table, int index)
    {
        var v = table.Views[index];
        return Encoding.ASCII.GetString(v.IsInline ? OrleansStream.Columns.TextView.InlineBytes(in v) : table.Buffers[v.Buffer].AsSpan(v.Offset, v.Length));
    }
}
