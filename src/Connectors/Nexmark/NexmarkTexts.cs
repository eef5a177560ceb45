using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using OrleansStream.Columns;

namespace OrleansStream.Connectors.Nexmark;

/// <summary>
/// The generator's tables, which do not depend on the seed, in buffers that rows share: a text of the generator is a view, its bytes are never copied.
/// About 2 MB, made on first use in about 20 ms.
/// </summary>
public static class NexmarkTexts
{
    /// <summary>Cold channels and URLs; four hot ones follow.</summary>
    public const int Cold = 10_000;

    public const int PoolSize = 1 << 20;
    public const int TextSize = 1 << 16;

    /// <summary>Starts of slices: no slice is longer than 1,024.</summary>
    public const int PoolSlices = PoolSize - MaxSlice;
    public const int TextSlices = TextSize - MaxSlice;

    private const int MaxSlice = 1024;
    private const int StrideBits = 15;
    private const ulong PoolAt = 1UL << 62, TextAt = PoolAt + (1UL << 32), UrlAt = PoolAt + (1UL << 33);

    public static readonly string[] FirstNames = ["Peter", "Paul", "Luke", "John", "Saul", "Vicky", "Kate", "Julie", "Sarah", "Deiter", "Walter"];
    public static readonly string[] LastNames = ["Shultz", "Abrams", "Spencer", "White", "Bartels", "Walton", "Smith", "Jones", "Noris"];
    public static readonly string[] Cities = ["Phoenix", "Los Angeles", "San Francisco", "Boise", "Portland", "Bend", "Redmond", "Seattle", "Kent", "Cheyenne"];
    public static readonly string[] States = ["AZ", "CA", "ID", "OR", "WA", "WY"];

    /// <summary>Letters a–z.</summary>
    public static readonly byte[] Pool = MakePool();

    /// <summary>Letters a–z and, once in 13, a space. One buffer.</summary>
    public static readonly byte[] Text = MakeText();

    /// <summary>4,097 prices from 100 to 99,964,624, evenly spaced by ratio.</summary>
    public static readonly long[] Prices = MakePrices();

    /// <summary>The pool in overlapping buffers: a slice lies whole in the buffer of its first byte.</summary>
    public static readonly byte[][] PoolBuffers = MakePoolBuffers();

    public static readonly TextTable Channels = TextTable.Of(Enumerable.Range(0, Cold + 4).Select(Channel));
    public static readonly TextTable Urls = TextTable.Of(Enumerable.Range(0, Cold + 4).Select(Url));

    /// <summary>First name × last name, in that order.</summary>
    public static readonly TextTable Names = TextTable.Of(FirstNames.SelectMany(f => LastNames.Select(l => $"{f} {l}")));
    public static readonly TextTable CityTable = TextTable.Of(Cities);
    public static readonly TextTable StateTable = TextTable.Of(States);

    /// <summary>The view of a slice of the pool; its buffer is a number in <see cref="PoolBuffers"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TextView PoolView(Slice s, ReadOnlySpan<int> numbers)
    {
        int buffer = s.Offset >> StrideBits;
        int offset = s.Offset & ((1 << StrideBits) - 1);
        return s.Length <= TextView.MaxInline
            ? TextView.Inline(Pool.AsSpan(s.Offset, s.Length))
            : TextView.Of(Pool.AsSpan(s.Offset, s.Length), numbers[buffer], offset);
    }

    private static string Channel(int c) =>
        c < Cold ? $"channel-{c.ToString(CultureInfo.InvariantCulture)}" : c switch { Cold => "Google", Cold + 1 => "Facebook", Cold + 2 => "Baidu", _ => "Apple" };

    private static string Url(int c)
    {
        var b = new StringBuilder("https://www.nexmark.com/");
        for (uint part = 0; part < 3; part++)
        {
            ulong w = NexmarkGen.Mix((UrlAt + ((ulong)c * 8) + part) * NexmarkGen.G);
            int length = 3 + NexmarkGen.Hi(w, 2);
            for (int j = 0; j < length; j++)
            {
                int v = (int)((w >> (8 * j)) & 255) % 27;
                b.Append(v == 26 ? '_' : (char)('a' + v));
            }

            b.Append('/');
        }

        b.Append("item.htm?query=1");
        if (c < Cold && NexmarkGen.Hi(NexmarkGen.Mix((UrlAt + ((ulong)c * 8) + 3) * NexmarkGen.G), 10) > 0)
            b.Append("&channel_id=").Append((ReverseBits((uint)c) >> 1).ToString(CultureInfo.InvariantCulture));
        return b.ToString();
    }

    private static uint ReverseBits(uint v)
    {
        uint r = 0;
        for (int i = 0; i < 32; i++) r |= ((v >> i) & 1) << (31 - i);
        return r;
    }

    private static byte[] MakePool()
    {
        var pool = new byte[PoolSize];
        for (int i = 0; i < pool.Length; i++) pool[i] = (byte)('a' + NexmarkGen.Hi(NexmarkGen.Mix((PoolAt + (uint)i) * NexmarkGen.G), 26));
        return pool;
    }

    private static byte[] MakeText()
    {
        var text = new byte[TextSize];
        for (int i = 0; i < text.Length; i++)
        {
            ulong t = NexmarkGen.Mix((TextAt + (uint)i) * NexmarkGen.G);
            text[i] = (byte)(NexmarkGen.Hi(t, 13) == 0 ? ' ' : 'a' + NexmarkGen.Lo(t, 26));
        }

        return text;
    }

    private static long[] MakePrices()
    {
        var prices = new long[4097];
        ulong q = 409_600; // 100 << 12
        for (int i = 0; i < prices.Length; i++)
        {
            prices[i] = (long)(q >> 12);
            q += (q * 14_511_071) >> 32;
        }

        return prices;
    }

    private static byte[][] MakePoolBuffers()
    {
        var buffers = new byte[PoolSize >> StrideBits][];
        for (int i = 0; i < buffers.Length; i++)
            buffers[i] = Pool.AsSpan(i << StrideBits, Math.Min((1 << StrideBits) + MaxSlice, PoolSize - (i << StrideBits))).ToArray();
        return buffers;
    }
}

/// <summary>Texts of a fixed list as views over shared buffers.</summary>
public sealed class TextTable(TextView[] views, byte[][] buffers)
{
    public TextView[] Views { get; } = views;

    public byte[][] Buffers { get; } = buffers;

    /// <summary>A copy of the views under other buffer numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TextView View(int index, ReadOnlySpan<int> numbers)
    {
        ref readonly TextView v = ref Views[index];
        return v.IsInline ? v : v.Rebased(numbers[v.Buffer], v.Offset);
    }

    public static TextTable Of(IEnumerable<string> texts)
    {
        var b = new TextBuilder(SqlType.String);
        foreach (string t in texts) b.Append(Encoding.UTF8.GetBytes(t));
        var column = (TextColumn)b.Build();
        return new TextTable(column.Views.ToArray(), column.Buffers.ToArray());
    }
}
