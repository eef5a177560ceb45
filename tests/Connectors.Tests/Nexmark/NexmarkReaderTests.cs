using OrleansStream.Columns;
using OrleansStream.Connectors.Nexmark;
using OrleansStream.Engine.Connect;
using OrleansStream.Engine.Plan;
using Xunit;

namespace OrleansStream.Connectors.Tests.Nexmark;

/// <summary>Rows that the connector makes, in the shapes of the benchmark's tables.</summary>
public sealed class NexmarkReaderTests
{
    private const string Nested =
        "event_type INT, "
        + "person ROW<id BIGINT, name STRING, emailAddress STRING, creditCard STRING, city STRING, state STRING, dateTime TIMESTAMP(3), extra STRING>, "
        + "auction ROW<id BIGINT, itemName STRING, description STRING, initialBid BIGINT, reserve BIGINT, dateTime TIMESTAMP(3), expires TIMESTAMP(3), seller BIGINT, category BIGINT, extra STRING>, "
        + "bid ROW<auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, dateTime TIMESTAMP(3), extra STRING>";

    private const string Flat = "auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, dateTime TIMESTAMP(3), extra STRING";

    [Theory]
    [InlineData(0, "0|+I[1000, Peter Walton, utc@qfu.com, 7969 3239 9255 0406, San Francisco, ID, 2020-09-13T12:26:40, qyxjeecksgyzeqbulzdagdxnnninsbltayluanrkmdqswvuvoahogndvyrguijrrjdffhvcjbvqiddhdqombmsrxzydvxrudzcwdhdskfdvfftzmjghnojlpmkadhjvqnw]|null|null")]
    [InlineData(50000000, "0|+I[1001000, Deiter Shultz, pybi@ojx.com, 5283 5180 1790 5601, Cheyenne, OR, 2020-09-13T12:35, birsqglevhdpwusinsqwxershtnqftsfgtunatjavocabaryovvmjxauhmceiinhzkmddjcmcejwevrdcizkmjsycuatwwsookipirnbkjuajhwvmrpjctqhnmhvhsgekzgjn]|null|null")]
    [InlineData(4, "2|null|null|+I[1000, 1001, 875883, Apple, https://www.nexmark.com/qep/rab/cul/item.htm?query=1, 2020-09-13T12:26:40, lnddwnxijfrciujkjwfpmketqtyssbszbanfgksrsdmrjcdmwaxxqupvhhono]")]
    [InlineData(123456, "2|null|null|+I[8368, 2566, 4758, channel-3012, https://www.nexmark.com/tjb/zlvn/qavp/item.htm?query=1, 2020-09-13T12:26:41.234, mrmacgdzomqmanblvgodzfhoyjdpczoxgupjmfzpokkqndcuykmufjwurci]")]
    [InlineData(50000049, "2|null|null|+I[3000931, 1001001, 25083, Google, https://www.nexmark.com/rzv/njio/fhoo/item.htm?query=1, 2020-09-13T12:35, ilsweyaqimegfhgcxefgdndzasrvimyxzicayptrjebxakckntpcdqvoruajihcro]")]
    public void Published_rows(long n, string expected) => Assert.Equal(expected, Row(n));

    [Theory]
    [InlineData(1, "1|null|+I[1000, blmrro, gf garoagxsjmcfkg mgmptxmzdssbhdvkzktjv xwg, 1878, 2424, 2020-09-13T12:26:40, 2020-09-13T12:26:40.007, 1000, 14, oykzpfwehprbadca", 336)]
    [InlineData(50000003, "1|null|+I[3001002, ztpt, txbtxygijnxxyzdehvcyfvdww  nchehzhhmifzfmhmlsxfiwigruvosdav misvnfm, 135768, 238681, 2020-09-13T12:35, 2020-09-13T12:35:00.012, 1001000, 10, bsclslgqzixazsmq", 394)]
    public void Published_auctions(long n, string expected, int extra)
    {
        string row = Row(n);
        Assert.StartsWith(expected, row, StringComparison.Ordinal);
        Assert.EndsWith("]|null", row, StringComparison.Ordinal);
        Assert.Equal(extra, row.LastIndexOf(']') - row.LastIndexOf(", ", StringComparison.Ordinal) - 2);
    }

    [Fact]
    public void Any_batch_size_and_any_restart_give_the_same_rows()
    {
        var table = Tables.Of("nexmark", Nested, ("events", "3000"));
        var whole = Read(table, 2048);
        Assert.Equal(3000, whole.Count);
        Assert.Equal(whole, Read(table, 7));
        Assert.Equal(whole.Skip(1234), Read(table, 100, from: 1234));
    }

    [Fact]
    public void Rows_appended_to_a_builder_in_pieces_keep_their_nulls()
    {
        var table = Tables.Of("nexmark", Nested, ("events", "2000"));
        var reader = Open(table, 0);
        var b = new BatchBuilder(table.Schema);
        while (!reader.Ended) reader.Fill(b, 33, 0);
        Assert.Equal(Read(table, 2048), Tables.Lines(b.Build()));
    }

    [Fact]
    public void Flat_bids_have_times_of_their_own_and_uniform_keys()
    {
        var rows = Read(Tables.Of("nexmark-mem", Flat, ("shape", "bids"), ("events", "1000"), ("rate", "200000"), ("keys", "10")), 300);
        var gen = new NexmarkGen(42, 1_600_000_000_000, 200_000);
        Assert.Equal(1000, rows.Count);
        for (int i = 0; i < rows.Count; i++)
        {
            var cells = rows[i].Split('|');
            long n = NexmarkGen.NthBid(i);
            Assert.Equal(gen.BidUniform(n, 10).ToString(System.Globalization.CultureInfo.InvariantCulture), cells[0]);
            Assert.Equal(gen.BidPrice(n).ToString(System.Globalization.CultureInfo.InvariantCulture), cells[2]);
            long ms = 1_600_000_000_000 + (i * 1000L / 200_000);
            Assert.StartsWith(DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-ddTHH:mm:ss", System.Globalization.CultureInfo.InvariantCulture), cells[5] + ":00", StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Without_bids_only_persons_and_auctions()
    {
        var rows = Read(Tables.Of("nexmark", Nested, ("events", "8"), ("skip-bids", "true")), 3);
        Assert.Equal("01110111", string.Concat(rows.Select(r => r[0])));
        Assert.Equal([Row(0), Row(1), Row(2), Row(3), Row(50)], rows.Take(5));
    }

    [Theory]
    [InlineData(2500, 3)]
    [InlineData(1000, 4)]
    [InlineData(12345, 2)]
    public async Task Splits_share_the_rows_and_keep_order(int events, int splits)
    {
        var table = Tables.Of("nexmark", "event_type INT, bid ROW<price BIGINT, dateTime TIMESTAMP(3)>", ("events", $"{events}"), ("splits", $"{splits}"));
        var connector = new NexmarkConnector();
        await using var enumerator = connector.CreateEnumerator(Tables.Source(table));
        var found = await enumerator.DiscoverAsync(default);
        Assert.Equal(splits, found.Length);
        Assert.True(enumerator.Finished);
        var all = new List<string>();
        foreach (var split in found)
        {
            await using var reader = (IComputedReader)connector.CreateReader(Tables.Source(table));
            await reader.OpenAsync(split, SplitPosition.Start, default);
            var rows = Drain(reader, table.Schema, 700);
            all.AddRange(rows);
        }

        var one = Read(table with { Options = table.Options.SetItem("splits", "1") }, 2048);
        Assert.Equal(one.Order(), all.Order());
    }

    [Fact]
    public void Wrong_columns_and_options_are_named()
    {
        var connector = new NexmarkConnector();
        Assert.Empty(connector.Validate(Tables.Of("nexmark", Nested)));
        Assert.Empty(connector.Validate(Tables.Of("nexmark", Flat, ("shape", "bids"))));
        Assert.Contains("a bid has no column 'cost'", Assert.Single(connector.Validate(Tables.Of("nexmark", "bid ROW<cost BIGINT>"))), StringComparison.Ordinal);
        Assert.Contains("'rate'", Assert.Single(connector.Validate(Tables.Of("nexmark", "event_type INT", ("rate", "0")))), StringComparison.Ordinal);
    }

    private static string Row(long n)
    {
        var table = Tables.Of("nexmark", Nested, ("events", "60000000"));
        var reader = Open(table, n);
        var b = new BatchBuilder(table.Schema);
        reader.Fill(b, 1, 0);
        return Tables.Lines(b.Build())[0];
    }

    private static NexmarkReader Open(TableRef table, long from)
    {
        var reader = new NexmarkReader(NexmarkTable.Of(table), table.Schema);
        reader.OpenAsync(new Split("0000", "0/1"), new SplitPosition(from), default).AsTask().GetAwaiter().GetResult();
        return reader;
    }

    private static List<string> Read(TableRef table, int batch, long from = 0) => Drain(Open(table, from), table.Schema, batch);

    private static List<string> Drain(IComputedReader reader, Schema schema, int batch)
    {
        var b = new BatchBuilder(schema);
        var rows = new List<string>();
        while (!reader.Ended)
        {
            Assert.Equal(reader.Fill(b, batch, 0), b.Count);
            rows.AddRange(Tables.Lines(b.Borrow()));
            b.Reset();
        }

        return rows;
    }
}
