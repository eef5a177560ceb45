using System.Buffers;
using System.Text.Json;
using OrleansStream.Columns;
using OrleansStream.Connectors.Formats.Json;
using OrleansStream.Connectors.Nexmark;
using OrleansStream.Engine.Connect;

namespace OrleansStream.Bench.Benchmarks;

[Benchmark("json-bids", "Bids as JSON lines (7 fields) into columns, 5 fields read, in batches of 2,048 rows; beside a loop over Utf8JsonReader that fills arrays.")]
internal sealed class JsonBids : Benchmark
{
    private static readonly Schema All = Schema.Of(
        ("auction", SqlType.BigInt), ("bidder", SqlType.BigInt), ("price", SqlType.BigInt), ("channel", SqlType.String), ("url", SqlType.String),
        ("dateTime", SqlType.Timestamp(3)), ("extra", SqlType.String));

    private static readonly Schema Read = All.Select([0, 1, 2, 3, 5]);

    public override IEnumerable<Group> Groups(long rows)
    {
        if (rows == 0) rows = 500_000;
        byte[] lines = Lines(rows);
        yield return new Group(
            $"{lines.Length / rows} bytes a row", rows,
            new Contestant("JsonDecoder", () => Decode(lines)), new Contestant("Utf8JsonReader, by hand", () => ByHand(lines)));
    }

    private static byte[] Lines(long rows)
    {
        var table = new NexmarkTable(new NexmarkGen(42, Bids.Base, 100_000), NexmarkShape.Bids, rows, 0, 1);
        var reader = new NexmarkReader(table, All);
        reader.OpenAsync(table.Split(0), SplitPosition.Start, default).AsTask().Wait();
        var encoder = new JsonFormat().CreateEncoder(All, new Dictionary<string, string>());
        var builder = new BatchBuilder(All);
        var bytes = new ArrayBufferWriter<byte>();
        while (!reader.Ended)
        {
            builder.Reset();
            reader.Fill(builder, Batch.MaxRows, 0);
            encoder.Encode(builder.Borrow(), bytes);
        }
        return bytes.WrittenSpan.ToArray();
    }

    private static string Decode(byte[] lines)
    {
        var decoder = new JsonFormat().CreateDecoder(Read, new Dictionary<string, string>(), () => "memory");
        var builder = new BatchBuilder(Read);
        long rows = 0, sum = 0;
        for (int at = 0; at < lines.Length;)
        {
            builder.Reset();
            at += decoder.Decode(lines.AsSpan(at), at, builder, Batch.MaxRows).Bytes;
            rows += builder.Count;
            foreach (int c in new[] { 0, 2, 4 }) foreach (long v in builder.Fixed<long>(c).Written) sum += v;
        }
        return $"{rows}:{sum}";
    }

    private static string ByHand(byte[] lines)
    {
        var (auction, bidder, price, time) = (new long[Batch.MaxRows], new long[Batch.MaxRows], new long[Batch.MaxRows], new long[Batch.MaxRows]);
        byte[] channel = new byte[Batch.MaxRows * 64];
        long rows = 0, sum = 0;
        int i = 0, text = 0;
        for (int at = 0; at < lines.Length;)
        {
            int end = lines.AsSpan(at).IndexOf((byte)'\n');
            var r = new Utf8JsonReader(lines.AsSpan(at, end));
            at += end + 1;
            r.Read();
            while (r.Read() && r.TokenType == JsonTokenType.PropertyName)
            {
                if (r.ValueTextEquals("auction"u8)) Number(ref r, out auction[i]);
                else if (r.ValueTextEquals("bidder"u8)) Number(ref r, out bidder[i]);
                else if (r.ValueTextEquals("price"u8)) Number(ref r, out price[i]);
                else if (r.ValueTextEquals("channel"u8)) text += r.Read() ? r.CopyString(channel.AsSpan(text)) : 0;
                else if (r.ValueTextEquals("dateTime"u8)) time[i] = r.Read() ? Millis(r.ValueSpan) : 0;
                else r.Skip();
            }
            sum += auction[i] + price[i] + time[i];
            rows++;
            if (++i == Batch.MaxRows) i = text = 0;
        }
        return $"{rows}:{sum}";
    }

    private static void Number(ref Utf8JsonReader r, out long to)
    {
        r.Read();
        to = r.GetInt64();
    }

    // 2020-09-13 12:26:40.123; the fraction may be shorter or absent.
    private static long Millis(ReadOnlySpan<byte> s)
    {
        int fraction = 0;
        for (int i = 20; i < 23; i++) fraction = (fraction * 10) + (i < s.Length ? s[i] - '0' : 0);
        return new DateTimeOffset(Digits(s[..4]), Digits(s[5..7]), Digits(s[8..10]), Digits(s[11..13]), Digits(s[14..16]), Digits(s[17..19]), fraction, TimeSpan.Zero).ToUnixTimeMilliseconds();
    }

    private static int Digits(ReadOnlySpan<byte> s)
    {
        int value = 0;
        foreach (byte b in s) value = (value * 10) + b - '0';
        return value;
    }
}
