using OrleansStream.Columns;

namespace OrleansStream.Connectors.Nexmark;

/// <summary>Which events a table has, in order.</summary>
public enum NexmarkShape : byte
{
    /// <summary>All events.</summary>
    Events,

    /// <summary>Persons and auctions only.</summary>
    Others,

    /// <summary>Bids only, each with a time of its own: the i-th bid at base + i·1000/rate.</summary>
    Bids,
}

/// <summary>Successive events of a table: what the columns of a batch are computed from. Reused.</summary>
public sealed class NexmarkBlock(NexmarkGen gen, NexmarkShape shape)
{
    private readonly long[] _numbers = new long[Batch.MaxRows];
    private readonly long[] _times = new long[Batch.MaxRows];
    private readonly int[] _persons = new int[Batch.MaxRows];
    private readonly int[] _auctions = new int[Batch.MaxRows];

    public NexmarkGen Gen => gen;

    public int Rows { get; private set; }

    /// <summary>Event numbers.</summary>
    public ReadOnlySpan<long> Numbers => _numbers.AsSpan(0, Rows);

    /// <summary>Event times, ms since 1970.</summary>
    public ReadOnlySpan<long> Times => _times.AsSpan(0, Rows);

    /// <summary>Rows that are persons.</summary>
    public ReadOnlySpan<int> Persons => _persons.AsSpan(0, PersonCount);

    /// <summary>Rows that are auctions.</summary>
    public ReadOnlySpan<int> Auctions => _auctions.AsSpan(0, AuctionCount);

    private int PersonCount { get; set; }

    private int AuctionCount { get; set; }

    /// <summary>Makes this the events <paramref name="first"/>, first + 1, … of the table; at most <see cref="Batch.MaxRows"/>.</summary>
    public void Load(long first, int rows)
    {
        Rows = rows;
        PersonCount = AuctionCount = 0;
        int phases = shape switch { NexmarkShape.Events => NexmarkGen.EpochEvents, NexmarkShape.Others => 4, _ => NexmarkGen.EpochBids };
        int skip = shape == NexmarkShape.Bids ? 4 : 0;
        long epoch = first / phases * NexmarkGen.EpochEvents;
        int phase = (int)(first % phases);
        for (int i = 0; i < rows; i++)
        {
            _numbers[i] = epoch + skip + phase;
            if (skip == 0 && phase < 4)
            {
                if (phase == 0) _persons[PersonCount++] = i;
                else _auctions[AuctionCount++] = i;
            }

            if (++phase == phases) (phase, epoch) = (0, epoch + NexmarkGen.EpochEvents);
        }

        if (shape == NexmarkShape.Others) for (int i = 0; i < rows; i++) _times[i] = gen.Time(_numbers[i]);
        else LoadTimes(first, rows);
    }

    // first·1000/rate without a division a row: whole part and remainder are carried on.
    private void LoadTimes(long first, int rows)
    {
        long rate = gen.Rate;
        var (time, rest) = Math.DivRem(first * 1000, rate);
        var (step, stepRest) = Math.DivRem(1000, rate);
        time += gen.BaseMs;
        for (int i = 0; i < rows; i++)
        {
            _times[i] = time;
            time += step;
            rest += stepRest;
            if (rest >= rate)
            {
                rest -= rate;
                time++;
            }
        }
    }
}
