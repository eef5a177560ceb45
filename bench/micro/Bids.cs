namespace OrleansStream.Bench;

/// <summary>
/// Bids in columns, in order of time, 200,000 a second of event time; the same rows as the peers' programs make. Only the key and the time are kept.
/// </summary>
internal sealed class Bids
{
    /// <summary>Inputs: Nexmark's own moving, skewed keys, and uniform keys.</summary>
    public static readonly string[] Inputs = ["nx", "u10k", "u100k", "u1m"];

    /// <summary>Time of the first row in ms; a multiple of 10 s.</summary>
    public const long Base = 1_600_000_000_000;

    private const int PerSecond = 200_000;

    private Bids(int rows)
    {
        Auction = new long[rows];
        Time = new long[rows];
    }

    public long[] Auction { get; }

    /// <summary>ms since 1970, ascending.</summary>
    public long[] Time { get; }

    public static Bids Make(string input, int rows)
    {
        int keys = input switch { "nx" => 0, "u10k" => 10_000, "u100k" => 100_000, "u1m" => 1_000_000, _ => throw new ArgumentException($"no input '{input}'") };
        var bids = new Bids(rows);
        var random = new SplitMix(42);
        for (int i = 0; i < rows; i++)
        {
            bids.Auction[i] = 1000 + (keys == 0 ? NexmarkAuction(i, ref random) : random.Below(keys));
            // The peers draw the bidder and the price too.
            if (random.Below(4) == 0) random.Below((int)Math.Min(Group(i) + 1, 1000) + 10);
            random.Below(65536);
            bids.Time[i] = Base + (long)i * 1000 / PerSecond;
        }
        return bids;
    }

    // Of 50 events 1 is a person, 3 are auctions, 46 are bids: the i-th bid is in this group of 50.
    private static long Group(int i) => i / 46;

    // Half of the bids go to the hot auction, the others to one of the last 100 or of the next 10.
    private static long NexmarkAuction(int i, ref SplitMix random)
    {
        long last = Group(i) * 3 + 2;
        if (random.Below(2) > 0) return last / 100 * 100;
        long first = Math.Max(last - 100, 0);
        return first + random.Below((int)(last - first + 1 + 10));
    }

    /// <summary>SplitMix64 (Steele, Lea, Flood 2014).</summary>
    private struct SplitMix(ulong seed)
    {
        private ulong _state = seed;

        public int Below(int n)
        {
            ulong z = _state += 0x9E3779B97F4A7C15UL;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
            z ^= z >> 31;
            return (int)(((z >> 32) * (ulong)n) >> 32);
        }
    }
}
