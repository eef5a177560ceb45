using System.Buffers;
using OrleansStream.Engine.Checkpoints;
using Xunit;

namespace OrleansStream.TestKit;

/// <summary>What every part store promises. A store's tests derive from it.</summary>
public abstract class PartStoreContract
{
    /// <summary>A store over the place under test, as another process would open it.</summary>
    protected abstract IPartStore Open();

    /// <summary>Replaces the bytes that lie in the store, footer and all.</summary>
    protected abstract Task Damage(string name, Func<byte[], byte[]> change);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(100_000, 7)]
    [InlineData(9_000_001, 3)]
    public async Task What_was_put_is_got(int bytes, int segments)
    {
        byte[] part = Bytes(bytes, 1);
        await Open().PutAsync("t/j/1/1-0-0", Split(part, segments), default);
        Assert.True((await Open().GetAsync("t/j/1/1-0-0", default)).Span.SequenceEqual(part));
    }

    [Fact]
    public async Task Putting_again_replaces()
    {
        await Put("t/j/a", Bytes(5000, 1));
        await Put("t/j/a", Bytes(10, 2));
        Assert.True((await Open().GetAsync("t/j/a", default)).Span.SequenceEqual(Bytes(10, 2)));
        Assert.Equal(["t/j/a"], await Open().ListAsync("", default));
    }

    [Fact]
    public async Task A_missing_part_is_named()
    {
        var e = await Assert.ThrowsAsync<FileNotFoundException>(async () => await Open().GetAsync("t/j/1/lost", default));
        Assert.Contains("t/j/1/lost", e.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string> Damages => ["empty", "cut in the footer", "cut in the part", "zeros at the end", "one bit", "longer", "other length"];

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task A_damaged_part_is_refused_by_name(string damage)
    {
        await Put("t/j/1/bad", Bytes(5000, 3));
        await Put("t/j/1/good", Bytes(5000, 4));
        await Damage("t/j/1/bad", stored => damage switch
        {
            "empty" => [],
            "cut in the footer" => stored[..^3],
            "cut in the part" => stored[..1000],
            "zeros at the end" => [.. stored[..4096], .. new byte[stored.Length - 4096]],
            "one bit" => Flip(stored, 2500),
            "longer" => [.. stored, .. Bytes(100, 5)],
            _ => [.. stored[..2000], .. stored[2001..]],
        });
        var e = await Assert.ThrowsAsync<InvalidDataException>(async () => await Open().GetAsync("t/j/1/bad", default));
        Assert.Contains("t/j/1/bad", e.Message, StringComparison.Ordinal);
        Assert.Equal(5000, (await Open().GetAsync("t/j/1/good", default)).Length);
    }

    [Fact]
    public async Task Orphans_of_a_dead_generation_are_found_by_prefix_and_deleted()
    {
        foreach (string name in new[] { "t/j/1/1-0-0", "t/j/1/2-0-0", "t/j/2/3-0-0", "t/j/10/4-0-0", "t/k/1/1-0-0" }) await Put(name, Bytes(10, 1));
        var store = Open();
        Assert.Equal(["t/j/1/1-0-0", "t/j/1/2-0-0"], await store.ListAsync("t/j/1/", default));
        foreach (string orphan in await store.ListAsync("t/j/1/", default)) await store.DeleteAsync(orphan, default);
        Assert.Equal(["t/j/10/4-0-0", "t/j/2/3-0-0"], (await store.ListAsync("t/j/", default)).Order(StringComparer.Ordinal));
        await store.DeleteAsync("t/j/1/1-0-0", default);
        Assert.Empty(await store.ListAsync("nobody/", default));
    }

    [Theory]
    [InlineData("../../escape")]
    [InlineData("t/ä b%/x'y")]
    [InlineData("t/.hidden/..")]
    public async Task Names_are_only_names(string name)
    {
        await Put(name, Bytes(10, 1));
        Assert.Equal([name], await Open().ListAsync("", default));
        Assert.Equal(10, (await Open().GetAsync(name, default)).Length);
        await Open().DeleteAsync(name, default);
        Assert.Empty(await Open().ListAsync("", default));
    }

    [Fact]
    public async Task Of_two_who_put_one_name_one_is_whole()
    {
        byte[][] parts = [Bytes(300_000, 1), Bytes(200_000, 2), Bytes(100_000, 3)];
        await Parallel.ForEachAsync(parts, async (p, _) =>
        {
            for (int i = 0; i < 5; i++) await Open().PutAsync("t/j/1/same", Split(p, 4), default);
        });
        var found = await Open().GetAsync("t/j/1/same", default);
        Assert.Contains(parts, p => found.Span.SequenceEqual(p));
    }

    protected async Task Put(string name, byte[] part) => await Open().PutAsync(name, new ReadOnlySequence<byte>(part), default);

    protected static byte[] Bytes(int count, int seed)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static byte[] Flip(byte[] bytes, int at)
    {
        bytes[at] ^= 4;
        return bytes;
    }

    /// <summary>The bytes in pieces, as a part is built.</summary>
    private static ReadOnlySequence<byte> Split(byte[] bytes, int segments)
    {
        var first = new Segment(bytes.AsMemory(0, bytes.Length / segments), null);
        var last = first;
        for (int i = 1; i < segments; i++)
            last = new Segment(bytes.AsMemory(bytes.Length / segments * i, i == segments - 1 ? bytes.Length - (bytes.Length / segments * i) : bytes.Length / segments), last);
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? before)
        {
            Memory = memory;
            if (before is null) return;
            RunningIndex = before.RunningIndex + before.Memory.Length;
            before.Next = this;
        }
    }
}
