using System.Buffers;
using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Connect;
using Xunit;

namespace OrleansStream.TestKit;

/// <summary>What every format promises that reads what it writes. A format's tests derive from it.</summary>
public abstract class FormatContract
{
    protected abstract Format Format { get; }

    /// <summary>Columns of every type that the format carries without loss.</summary>
    protected abstract Schema Schema { get; }

    protected virtual IReadOnlyDictionary<string, string> Options => ImmutableDictionary<string, string>.Empty;

    /// <summary>One record that is malformed for <see cref="Schema"/>, with its end.</summary>
    protected abstract byte[] Malformed { get; }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void What_is_written_is_read(int seed)
    {
        var batch = new RandomRows(seed).Batch(Schema, 400, Format.Changelog);
        Assert.Equal(Lines(batch), Decode(Encode(batch), 2048));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void The_number_of_rows_at_a_time_changes_nothing(int rows)
    {
        byte[] bytes = Encode(new RandomRows(5).Batch(Schema, 100, Format.Changelog));
        Assert.Equal(Decode(bytes, 2048), Decode(bytes, rows));
    }

    [Fact]
    public void Cut_anywhere_whole_records_and_the_rest_are_all()
    {
        var batch = new RandomRows(6).Batch(Schema, 12, Format.Changelog);
        byte[] bytes = Encode(batch);
        var expected = Lines(batch);
        for (int cut = 0; cut <= bytes.Length; cut++)
        {
            int whole = Format.WholeRecords(bytes.AsSpan(0, cut), Options);
            Assert.InRange(whole, 0, cut);
            Assert.Equal(expected, [.. Decode(bytes[..whole], 2048), .. Decode(bytes[whole..], 2048)]);
        }
    }

    [Fact]
    public void Each_column_can_be_read_alone()
    {
        var batch = new RandomRows(7).Batch(Schema, 200, Format.Changelog);
        byte[] bytes = Encode(batch);
        for (int c = 0; c < Schema.Count; c++)
        {
            var decoder = Format.CreateDecoder(Schema, [c], Options, () => "file");
            var b = new BatchBuilder(Schema.Select([c]), Format.Changelog);
            Assert.Equal(new Decoded(bytes.Length, 200, 0), decoder.Decode(bytes, 0, b, 2048));
            var read = b.Build();
            for (int r = 0; r < 200; r++) Assert.Equal(RowText.Value(batch.Columns[c], r), RowText.Value(read.Columns[0], r));
        }
    }

    [Fact]
    public void Only_rows_that_count_are_written()
    {
        var batch = new RandomRows(8).Batch(Schema, 50, Format.Changelog);
        var all = Lines(batch);
        batch.Selection = new Selection();
        var odd = Enumerable.Range(0, 25).Select(i => (2 * i) + 1).ToArray();
        odd.CopyTo(batch.Selection.Writable(25));
        batch.Selection.SetCount(25);
        Assert.Equal(odd.Select(i => all[i]), Decode(Encode(batch), 2048));
    }

    [Fact]
    public void A_malformed_record_fails_by_place_or_is_skipped_and_counted()
    {
        var batch = new RandomRows(9).Batch(Schema, 20, Format.Changelog);
        byte[] good = Encode(batch);
        byte[] bytes = [.. good, .. Malformed, .. good];
        var e = Assert.Throws<MalformedRecordException>(() => Decode(bytes, 2048));
        Assert.Equal("file", e.Origin);
        Assert.Equal(good.AsSpan().Count((byte)'\n') + 1, e.Line);
        Assert.True(e.Column > 0);

        var options = Options.ToImmutableDictionary().SetItem("ignore-parse-errors", "true");
        var b = new BatchBuilder(Schema, Format.Changelog);
        var decoded = Format.CreateDecoder(Schema, [.. Enumerable.Range(0, Schema.Count)], options, () => "file").Decode(bytes, 0, b, 2048);
        Assert.Equal(new Decoded(bytes.Length, 41, 1), decoded);
        Assert.Equal([.. Lines(batch), .. Lines(batch)], Lines(b.Build()));
    }

    /// <summary>Random damage: either an error that says where, or rows; never anything else.</summary>
    [Fact]
    public void Damaged_bytes_are_errors_or_rows()
    {
        byte[] good = Encode(new RandomRows(10).Batch(Schema, 8, Format.Changelog));
        var random = new Random(1);
        var decoder = Format.CreateDecoder(Schema, [.. Enumerable.Range(0, Schema.Count)], Options, () => "file");
        for (int i = 0; i < 5000; i++)
        {
            byte[] bytes = [.. good];
            for (int n = random.Next(1, 4); n > 0; n--) bytes[random.Next(bytes.Length)] = random.Next(3) == 0 ? (byte)random.Next(256) : "{}[]\",:\\n0-e \n"u8[random.Next(14)];
            if (random.Next(3) == 0) bytes = bytes[..random.Next(bytes.Length)];
            var b = new BatchBuilder(Schema, Format.Changelog);
            try
            {
                var d = decoder.Decode(bytes, 0, b, 2048);
                Assert.Equal(bytes.Length, d.Bytes);
                Assert.Equal(b.Count, d.Records - d.Malformed);
            }
            catch (MalformedRecordException e)
            {
                Assert.InRange(e.Line, 1, bytes.AsSpan().Count((byte)'\n') + 1);
            }

            // Whatever happened, columns are of one length and readable.
            Assert.All(b.Columns, c => Assert.Equal(b.Columns[0].Count, c.Count));
            Lines(b.Build());
        }
    }

    protected byte[] Encode(Batch batch)
    {
        var to = new ArrayBufferWriter<byte>();
        Format.CreateEncoder(Schema, Options).Encode(batch, to);
        return to.WrittenSpan.ToArray();
    }

    private List<string> Decode(byte[] bytes, int rows)
    {
        var decoder = Format.CreateDecoder(Schema, [.. Enumerable.Range(0, Schema.Count)], Options, () => "file");
        var b = new BatchBuilder(Schema, Format.Changelog);
        var lines = new List<string>();
        for (int at = 0; at < bytes.Length; b.Reset())
        {
            var d = decoder.Decode(bytes.AsSpan(at), at, b, rows);
            Assert.InRange(d.Records, 0, rows);
            at += d.Bytes;
            lines.AddRange(Lines(b.Borrow()));
        }

        return lines;
    }

    private List<string> Lines(Batch batch) => [.. Enumerable.Range(0, batch.Length).Select(r => RowText.Print(batch, r, Format.Changelog))];
}
