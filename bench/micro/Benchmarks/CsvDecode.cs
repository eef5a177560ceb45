using System.Text;
using OrleansStream.Columns;
using OrleansStream.Connectors.Formats.Csv;
using OrleansStream.Connectors.Nexmark;
using OrleansStream.Engine.Connect;
using Sylvan.Data.Csv;

namespace OrleansStream.Bench.Benchmarks;

/// <summary>CSV lines of Nexmark bids into columns, beside Sylvan.Data.Csv filling the same columns.</summary>
[Benchmark("csv-decode", "One row: a bid as a line of CSV (Input gives its bytes) into columns, of the fields named by the input.")]
internal sealed class CsvDecode : Benchmark
{
    private static readonly Schema All = Schema.Of(
        ("auction", SqlType.BigInt), ("bidder", SqlType.BigInt), ("price", SqlType.BigInt), ("channel", SqlType.String), ("url", SqlType.String),
        ("dateTime", SqlType.Timestamp(3)), ("extra", SqlType.String));

    public override IEnumerable<Group> Groups(long rows)
    {
        int count = rows > 0 ? (int)rows : 100_000;
        byte[] lines = Lines(count);
        foreach (int[] fields in new[] { [0, 1, 2, 3, 5], [0, 1, 2, 3, 4, 5, 6], new[] { 0, 5 } })
        {
            yield return new Group(
                $"{fields.Length} of 7 fields, {lines.Length / (double)count:0} B", count,
                new Contestant("OrleansStream", () => Ours(fields, lines)),
                new Contestant("Sylvan.Data.Csv", () => Sylvan(fields, lines)));
        }
    }

    private static string Ours(int[] fields, byte[] lines)
    {
        var decoder = new CsvDecoder(All, [.. fields], CsvOptions.Of(new Dictionary<string, string>()), () => "memory");
        var b = new BatchBuilder(All.Select(fields));
        long rows = 0, sum = 0;
        for (int at = 0; at < lines.Length;)
        {
            // Blocks as the source reads them.
            var block = lines.AsSpan(at, Math.Min(512 << 10, lines.Length - at));
            block = block[..CsvDecoder.WholeRecords(block, Default)];
            for (int done = 0; done < block.Length; b.Reset())
            {
                done += decoder.Decode(block[done..], at + done, b, Batch.MaxRows).Bytes;
                Add(b, ref rows, ref sum);
            }

            at += block.Length;
        }

        return $"{rows}:{sum}";
    }

    private static readonly CsvOptions Default = CsvOptions.Of(new Dictionary<string, string>());

    private static string Sylvan(int[] fields, byte[] lines)
    {
        using var text = new StreamReader(new MemoryStream(lines), Encoding.UTF8, false, 1 << 16);
        using var reader = CsvDataReader.Create(text, new CsvDataReaderOptions { HasHeaders = false, BufferSize = 1 << 16 });
        var b = new BatchBuilder(All.Select(fields));
        Span<byte> utf8 = stackalloc byte[1024];
        long rows = 0, sum = 0;
        while (reader.Read())
        {
            for (int c = 0; c < fields.Length; c++)
            {
                if (b.Columns[c] is TextBuilder t) t.Append(utf8[..Encoding.UTF8.GetBytes(reader.GetFieldSpan(fields[c]), utf8)]);
                else if (All[fields[c]].Type.IsTimestamp) b.Fixed<long>(c).Add((reader.GetDateTime(fields[c]).Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMillisecond);
                else b.Fixed<long>(c).Add(reader.GetInt64(fields[c]));
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
        var reader = new NexmarkReader(new NexmarkTable(new NexmarkGen(42, 1_600_000_000_000, 200_000), NexmarkShape.Bids, count, 0, 1), All);
        reader.OpenAsync(new Split("0", "0/1"), SplitPosition.Start, default).AsTask().GetAwaiter().GetResult();
        var encoder = new CsvEncoder(All, Default);
        var to = new System.Buffers.ArrayBufferWriter<byte>();
        for (var b = new BatchBuilder(All); !reader.Ended; b.Reset())
        {
            reader.Fill(b, Batch.MaxRows, 0);
            encoder.Encode(b.Borrow(), to);
        }

        return to.WrittenSpan.ToArray();
    }
}
