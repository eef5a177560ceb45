using System.Text;
using System.Text.Json;
using OrleansStream.Columns;
using OrleansStream.Connectors.Formats.Json;
using OrleansStream.Connectors.Nexmark;
using OrleansStream.Engine.Connect;

namespace OrleansStream.Bench.Benchmarks;

/// <summary>JSON lines of Nexmark bids, as the filesystem source gives them to the format, beside Utf8JsonReader filling the same columns.</summary>
[Benchmark("json-decode", "One row: a bid as a line of JSON (about 240 B; Input gives it exactly) into columns, of the fields named by the input.")]
internal sealed class JsonDecode : Benchmark
{
    private const string All = "auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, dateTime TIMESTAMP(3), extra STRING";
    private const string Five = "auction BIGINT, bidder BIGINT, price BIGINT, dateTime TIMESTAMP(3), channel STRING";

    public override IEnumerable<Group> Groups(long rows)
    {
        int count = rows > 0 ? (int)rows : 100_000;
        byte[] lines = Lines(count);
        foreach (var (name, columns) in new[] { ("5 of 7 fields", Five), ("7 of 7 fields", All), ("2 of 7 fields", "auction BIGINT, dateTime TIMESTAMP(3)") })
        {
            var schema = new Schema(SqlTypeText.Parse($"ROW<{columns}>").Fields);
            yield return new Group(
                $"{name}, {lines.Length / (double)count:0} B", count,
                new Contestant("OrleansStream", () => Ours(schema, lines)),
                new Contestant("Utf8JsonReader", () => Reader(schema, lines)));
        }
    }

    private static string Ours(Schema schema, byte[] lines)
    {
        var decoder = new JsonDecoder(schema, JsonOptions.Of(new Dictionary<string, string>()), () => "memory");
        var b = new BatchBuilder(schema);
        long rows = 0, sum = 0;
        for (int at = 0; at < lines.Length; b.Reset())
        {
            // Blocks as the source reads them.
            int size = Math.Min(512 << 10, lines.Length - at);
            var block = lines.AsSpan(at, size);
            block = block[..(block.LastIndexOf((byte)'\n') + 1)];
            for (int done = 0; done < block.Length; b.Reset())
            {
                done += decoder.Decode(block[done..], at + done, b, Batch.MaxRows).Bytes;
                Add(b, ref rows, ref sum);
            }

            at += block.Length;
        }

        return $"{rows}:{sum}";
    }

    private static string Reader(Schema schema, byte[] lines)
    {
        var b = new BatchBuilder(schema);
        var names = schema.Fields.Select(f => Encoding.UTF8.GetBytes(f.Name)).ToArray();
        var temporal = new Connectors.Formats.Temporal();
        long rows = 0, sum = 0;
        for (int at = 0; at < lines.Length;)
        {
            int end = lines.AsSpan(at).IndexOf((byte)'\n');
            var reader = new Utf8JsonReader(lines.AsSpan(at, end));
            at += end + 1;
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                int c = 0;
                while (c < names.Length && !reader.ValueTextEquals(names[c])) c++;
                reader.Read();
                if (c == names.Length) reader.Skip();
                else if (b.Columns[c] is TextBuilder text)
                {
                    var room = text.Open(reader.ValueSpan.Length);
                    text.Commit(reader.CopyString(room));
                }
                else if (schema[c].Type.IsTimestamp)
                {
                    temporal.TryTimestamp(reader.ValueSpan, (byte)' ', false, out long ms, out _);
                    b.Fixed<long>(c).Add(ms);
                }
                else b.Fixed<long>(c).Add(reader.GetInt64());
            }

            b.Advance(1);
            if (b.Count < Batch.MaxRows) continue;
            Add(b, ref rows, ref sum);
            b.Reset();
        }

        Add(b, ref rows, ref sum);
        return $"{rows}:{sum}";
    }

    // A check that costs little a row: the sum of the first column.
    private static void Add(BatchBuilder b, ref long rows, ref long sum)
    {
        rows += b.Count;
        foreach (long v in ((FixedColumn<long>)b.Borrow().Columns[0]).Values) sum += v;
    }

    private static byte[] Lines(int count)
    {
        var schema = new Schema(SqlTypeText.Parse($"ROW<{All}>").Fields);
        var table = new NexmarkTable(new NexmarkGen(42, 1_600_000_000_000, 200_000), NexmarkShape.Bids, count, 0, 1);
        var reader = new NexmarkReader(table, schema);
        reader.OpenAsync(new Split("0", "0/1"), SplitPosition.Start, default).AsTask().GetAwaiter().GetResult();
        var encoder = new JsonEncoder(schema, JsonOptions.Of(new Dictionary<string, string>()));
        var to = new System.Buffers.ArrayBufferWriter<byte>();
        for (var b = new BatchBuilder(schema); !reader.Ended; b.Reset())
        {
            reader.Fill(b, Batch.MaxRows, 0);
            encoder.Encode(b.Borrow(), to);
        }

        return to.WrittenSpan.ToArray();
    }
}
