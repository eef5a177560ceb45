using System.Buffers;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Columns.Tests;

public class BatchFormatTests
{
    [Fact]
    public void What_is_written_is_read_back_in_one_piece_or_many()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            var random = new RandomBatches(seed);
            var schema = random.Schema();
            var batch = random.Batch(schema, seed % 7 == 0 ? 0 : 1 + (seed * 13 % 300), kinds: seed % 2 == 0, hashes: seed % 3 == 0);
            byte[] bytes = Bytes(batch);
            Same(batch, BatchFormat.Read(new ReadOnlySequence<byte>(bytes), schema, out long consumed), seed);
            Assert.Equal(bytes.Length, consumed);
            Same(batch, BatchFormat.Read(Pieces(bytes, 1 + (seed % 97)), schema, out consumed), seed);
            Assert.Equal(bytes.Length, consumed);
        }
    }

    [Fact]
    public void A_view_writes_its_rows_only()
    {
        var random = new RandomBatches(5);
        var schema = random.Schema();
        var batch = random.Batch(schema, 200, kinds: true, hashes: true);
        var view = Batch.CreateView(schema);
        view.ViewOf(batch, 70, 33);
        Same(view, BatchFormat.Read(new ReadOnlySequence<byte>(Bytes(view)), schema, out _), 0);
    }

    [Fact]
    public void Texts_in_one_segment_are_not_copied()
    {
        var schema = Schema.Of(("t", SqlType.String));
        byte[] bytes = Bytes(Rows.Batch(schema, ["a text of more than twelve bytes"], ["another text of more than twelve"]));
        var column = (TextColumn)BatchFormat.Read(new ReadOnlySequence<byte>(bytes), schema, out _).Columns[0];
        Assert.Same(bytes, column.Buffers[0]);
    }

    [Fact]
    public void A_truncated_or_foreign_batch_is_refused()
    {
        var random = new RandomBatches(11);
        for (int seed = 0; seed < 40; seed++)
        {
            var schema = random.Schema();
            byte[] bytes = Bytes(random.Batch(schema, 20));
            for (int length = 0; length < bytes.Length; length += 1 + (length / 9))
                Assert.Throws<InvalidDataException>(() => BatchFormat.Read(new ReadOnlySequence<byte>(bytes, 0, length), schema, out _));
            var other = schema.Concat(Schema.Of(("x", SqlType.Int)));
            Assert.Contains("another schema", Assert.Throws<InvalidDataException>(() => BatchFormat.Read(new ReadOnlySequence<byte>(bytes), other, out _)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Any_flipped_bit_is_refused_or_read_without_leaving_the_input()
    {
        var random = new RandomBatches(3);
        var chance = new Random(3);
        for (int seed = 0; seed < 200; seed++)
        {
            var schema = random.Schema();
            byte[] bytes = Bytes(random.Batch(schema, 30));
            bytes[chance.Next(bytes.Length)] ^= (byte)(1 << chance.Next(8));
            try
            {
                _ = Rows.Text(BatchFormat.Read(new ReadOnlySequence<byte>(bytes), schema, out _)).Count();
            }
            catch (InvalidDataException)
            {
            }
        }
    }

    private static byte[] Bytes(Batch batch)
    {
        var to = new ArrayBufferWriter<byte>();
        BatchFormat.Write(batch, to);
        return to.WrittenSpan.ToArray();
    }

    private static void Same(Batch expected, Batch actual, int seed)
    {
        Assert.True(Rows.Text(expected).SequenceEqual(Rows.Text(actual)), $"seed {seed}");
        Assert.True(expected.Hashes.SequenceEqual(actual.Hashes), $"hashes, seed {seed}");
        Assert.Equal(expected.HasKinds, actual.HasKinds);
    }

    private static ReadOnlySequence<byte> Pieces(byte[] bytes, int size)
    {
        Piece? first = null, last = null;
        for (int at = 0; at < bytes.Length; at += size)
        {
            var memory = bytes.AsMemory(at, Math.Min(size, bytes.Length - at));
            last = last is null ? first = new Piece(memory, 0) : last.Then(memory);
        }

        return new ReadOnlySequence<byte>(first!, 0, last!, last!.Memory.Length);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, long at) => (Memory, RunningIndex) = (memory, at);

        public Piece Then(ReadOnlyMemory<byte> memory)
        {
            var next = new Piece(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
