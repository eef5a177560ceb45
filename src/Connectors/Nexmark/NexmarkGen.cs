using System.Runtime.CompilerServices;

namespace OrleansStream.Connectors.Nexmark;

/// <summary>
/// Nexmark-like events in which every value is a pure function of (seed, event number n): any event can be made alone, in any order, on any number of threads.
/// Integer arithmetic only, on wrapping 64-bit words, so that other implementations give the same events bit for bit. Texts are in <see cref="NexmarkTexts"/>.
/// </summary>
/// <param name="seed">42 unless told.</param>
/// <param name="baseMs">time of event 0, ms since 1970.</param>
/// <param name="rate">events per second of event time.</param>
public sealed class NexmarkGen(long seed, long baseMs, long rate)
{
    public const int Person = 0, Auction = 1, Bid = 2;

    /// <summary>Events of one epoch: 1 person, 3 auctions, 46 bids.</summary>
    public const int EpochEvents = 50;

    /// <summary>Bids of one epoch.</summary>
    public const int EpochBids = 46;

    /// <summary>The odd constant that spreads successive numbers (2^64 / golden ratio).</summary>
    public const ulong G = 0x9E3779B97F4A7C15;

    public long Rate => rate;

    public long BaseMs => baseMs;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>In [0, m), from the high half of h.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Hi(ulong h, int m) => (int)(((h >> 32) * (uint)m) >> 32);

    /// <summary>In [0, m), from the low half of h.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Lo(ulong h, int m) => (int)(((h & 0xFFFFFFFF) * (uint)m) >> 32);

    /// <summary>The k-th word of event n.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong H(long n, int k) => Mix((ulong)(seed + (n * 64) + k) * G);

    public long Time(long n) => baseMs + (n * 1000 / rate);

    /// <summary>Kind of event n: <see cref="Person"/>, <see cref="Auction"/> or <see cref="Bid"/>.</summary>
    public static int TypeOf(long n) => (n % EpochEvents) switch { 0 => Person, < 4 => Auction, _ => Bid };

    /// <summary>Event number of the i-th bid.</summary>
    public static long NthBid(long i) => (i / EpochBids * EpochEvents) + 4 + (i % EpochBids);

    /// <summary>Event number of the i-th event that is not a bid.</summary>
    public static long NthOther(long i) => (i / 4 * EpochEvents) + (i % 4);

    // ---- bids

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long BidAuction(long n)
    {
        ulong h = H(n, 0);
        long last = (n / EpochEvents * 3) + 2;
        long min = Math.Max(last - 100, 0);
        return 1000 + Choose(Hi(h, 2), last / 100 * 100, min + Lo(h, (int)(last - min) + 11));
    }

    /// <summary>The auction of a flat bid over <paramref name="keys"/> uniform keys.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long BidUniform(long n, int keys) => 1000 + Lo(H(n, 0), keys);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long BidBidder(long n)
    {
        ulong h = H(n, 1);
        long epoch = n / EpochEvents;
        return 1000 + Choose(Hi(h, 4), (epoch / 100 * 100) + 1, AnyPerson(epoch, h));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long BidPrice(long n) => Price(H(n, 2));

    /// <summary>Index into the channels and URLs of <see cref="NexmarkTexts"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int BidChannel(long n)
    {
        ulong h = H(n, 3);
        return (int)Choose(Hi(h, 2), NexmarkTexts.Cold + Lo(h, 4), Lo(h, NexmarkTexts.Cold));
    }

    /// <summary>Where the bid's <c>extra</c> lies in the pool.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Slice BidExtra(long n)
    {
        ulong h = H(n, 4);
        return new Slice(Lo(h, NexmarkTexts.PoolSlices), 54 + Hi(h, 28));
    }

    // ---- auctions

    public static long AuctionId(long n) => 1000 + (n / EpochEvents * 3) + (n % EpochEvents) - 1;

    public long AuctionSeller(long n)
    {
        ulong h = H(n, 0);
        long epoch = n / EpochEvents;
        return 1000 + (Hi(h, 4) > 0 ? epoch / 100 * 100 : AnyPerson(epoch, h));
    }

    public long AuctionCategory(long n) => 10 + Hi(H(n, 1), 5);

    public long AuctionExpires(long n)
    {
        long t = Time(n);
        long span = Math.Max(2 * (Time(n + 1666) - t), 1);
        return t + 1 + Lo(H(n, 1), (int)span);
    }

    public long AuctionInitialBid(long n) => Price(H(n, 2));

    public long AuctionReserve(long n) => AuctionInitialBid(n) + Price(H(n, 3));

    /// <summary>Where the trimmed item name lies in the text table.</summary>
    public Slice AuctionItemName(long n) => TrimmedText(H(n, 4), 17);

    public Slice AuctionDescription(long n) => TrimmedText(H(n, 5), 97);

    public Slice AuctionExtra(long n) => Extra(H(n, 6), 500 - 48 - AuctionItemName(n).Length - AuctionDescription(n).Length);

    // ---- persons

    public static long PersonId(long n) => 1000 + (n / EpochEvents);

    /// <summary>Indexes of first and last name.</summary>
    public (int First, int Last) PersonName(long n)
    {
        ulong h = H(n, 0);
        return (Hi(h, NexmarkTexts.FirstNames.Length), Lo(h, NexmarkTexts.LastNames.Length));
    }

    /// <summary>Slices of the pool before and after the <c>@</c> (without <c>.com</c>).</summary>
    public (Slice User, Slice Host) PersonEmail(long n)
    {
        ulong a = H(n, 1), b = H(n, 2);
        return (new Slice(Lo(a, NexmarkTexts.PoolSlices), 3 + Hi(a, 4)), new Slice(Lo(b, NexmarkTexts.PoolSlices), 3 + Hi(b, 2)));
    }

    /// <summary>Four groups of four digits.</summary>
    public (int A, int B, int C, int D) PersonCard(long n)
    {
        ulong a = H(n, 3), b = H(n, 4);
        return (Hi(a, 10_000), Lo(a, 10_000), Hi(b, 10_000), Lo(b, 10_000));
    }

    public int PersonCity(long n) => Hi(H(n, 5), NexmarkTexts.Cities.Length);

    public int PersonState(long n) => Lo(H(n, 5), NexmarkTexts.States.Length);

    public Slice PersonExtra(long n)
    {
        var (first, last) = PersonName(n);
        var (user, host) = PersonEmail(n);
        int name = NexmarkTexts.FirstNames[first].Length + 1 + NexmarkTexts.LastNames[last].Length;
        int email = user.Length + 1 + host.Length + 4;
        return Extra(H(n, 6), 171 - name - email - NexmarkTexts.Cities[PersonCity(n)].Length);
    }

    // hot > 0 ? a : b without a branch, which nothing could predict.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Choose(int hot, long a, long b) => b + ((a - b) & (-(long)hot >> 63));

    // A person among the last 1,000 (or fewer), plus ten not yet seen; counted from 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long AnyPerson(long epoch, ulong h)
    {
        long people = epoch + 1;
        long active = Math.Min(people, 1000);
        return people - active + Lo(h, (int)active + 10);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Price(ulong h)
    {
        ref long at = ref Unsafe.Add(ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(NexmarkTexts.Prices), (int)(h >> 52));
        long r = (long)((h >> 36) & 0xFFFF);
        return at + (((Unsafe.Add(ref at, 1) - at) * r) >> 16);
    }

    private static Slice TrimmedText(ulong h, int lengths)
    {
        int from = Lo(h, NexmarkTexts.TextSlices), to = from + 3 + Hi(h, lengths);
        while (from < to && NexmarkTexts.Text[from] == ' ') from++;
        while (to > from && NexmarkTexts.Text[to - 1] == ' ') to--;
        return new Slice(from, to - from);
    }

    private static Slice Extra(ulong h, int want)
    {
        int delta = ((2 * want) + 5) / 10;
        return new Slice(Lo(h, NexmarkTexts.PoolSlices), want - delta + Hi(h, 2 * delta));
    }
}

/// <summary>Part of a table of letters.</summary>
public readonly record struct Slice(int Offset, int Length);
