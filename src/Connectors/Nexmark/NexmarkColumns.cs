using OrleansStream.Columns;

namespace OrleansStream.Connectors.Nexmark;

/// <summary>Appends one column of the block's rows.</summary>
public delegate void NexmarkFill(NexmarkBlock block, ColumnBuilder to);

/// <summary>
/// The columns of the three kinds by name. Bids are 46 of 50 events: their columns are computed for every row, also for those whose bid is NULL. Columns of
/// persons and auctions are zero except in their rows.
/// </summary>
public sealed class NexmarkColumns(int keys)
{
    // Texts that are put together row by row (e-mail, credit card), in buffers that only grow.
    private readonly TextScratch _scratch = new();

    /// <summary>Type of a column of a kind; null = no such column.</summary>
    public static SqlType? TypeOf(int kind, string name) => (kind, name) switch
    {
        (_, "dateTime") or (NexmarkGen.Auction, "expires") => SqlType.Timestamp(3),
        (_, "extra") => SqlType.String,
        (NexmarkGen.Bid, "auction" or "bidder" or "price") => SqlType.BigInt,
        (NexmarkGen.Bid, "channel" or "url") => SqlType.String,
        (NexmarkGen.Auction, "id" or "initialBid" or "reserve" or "seller" or "category") => SqlType.BigInt,
        (NexmarkGen.Auction, "itemName" or "description") => SqlType.String,
        (NexmarkGen.Person, "id") => SqlType.BigInt,
        (NexmarkGen.Person, "name" or "emailAddress" or "creditCard" or "city" or "state") => SqlType.String,
        _ => null,
    };

    /// <summary>How a column is computed.</summary>
    /// <exception cref="ArgumentException">no such column.</exception>
    public NexmarkFill Of(int kind, string name) => kind switch
    {
        NexmarkGen.Bid => OfBid(name),
        NexmarkGen.Auction => OfAuction(name),
        _ => OfPerson(name),
    };

    /// <summary>The kind of each event: 0, 1 or 2.</summary>
    public static void EventType(NexmarkBlock b, ColumnBuilder to)
    {
        var v = ((FixedBuilder<int>)to).Append(b.Rows);
        v.Fill(NexmarkGen.Bid);
        foreach (int r in b.Persons) v[r] = NexmarkGen.Person;
        foreach (int r in b.Auctions) v[r] = NexmarkGen.Auction;
    }

    private NexmarkFill OfBid(string name) => name switch
    {
        "auction" when keys > 0 => BidUniform,
        "auction" => BidAuction,
        "bidder" => BidBidder,
        "price" => BidPrice,
        "channel" => static (b, to) => FromTable(NexmarkTexts.Channels, b, to),
        "url" => static (b, to) => FromTable(NexmarkTexts.Urls, b, to),
        "dateTime" => static (b, to) => b.Times.CopyTo(Longs(b, to)),
        "extra" => BidExtra,
        _ => throw NoColumn("bid", name),
    };

    private void BidUniform(NexmarkBlock b, ColumnBuilder to)
    {
        var v = Longs(b, to);
        var n = b.Numbers;
        var g = b.Gen;
        for (int i = 0; i < v.Length; i++) v[i] = g.BidUniform(n[i], keys);
    }

    private static void BidAuction(NexmarkBlock b, ColumnBuilder to)
    {
        var v = Longs(b, to);
        var n = b.Numbers;
        var g = b.Gen;
        for (int i = 0; i < v.Length; i++) v[i] = g.BidAuction(n[i]);
    }

    private static void BidBidder(NexmarkBlock b, ColumnBuilder to)
    {
        var v = Longs(b, to);
        var n = b.Numbers;
        var g = b.Gen;
        for (int i = 0; i < v.Length; i++) v[i] = g.BidBidder(n[i]);
    }

    private static void BidPrice(NexmarkBlock b, ColumnBuilder to)
    {
        var v = Longs(b, to);
        var n = b.Numbers;
        var g = b.Gen;
        for (int i = 0; i < v.Length; i++) v[i] = g.BidPrice(n[i]);
    }

    private static void BidExtra(NexmarkBlock b, ColumnBuilder to)
    {
        var text = (TextBuilder)to;
        Span<int> numbers = stackalloc int[NexmarkTexts.PoolBuffers.Length];
        Share(text, NexmarkTexts.PoolBuffers, numbers);
        var v = text.AppendViews(b.Rows);
        var n = b.Numbers;
        var g = b.Gen;
        for (int i = 0; i < v.Length; i++) v[i] = NexmarkTexts.PoolView(g.BidExtra(n[i]), numbers);
    }

    private static NexmarkFill OfAuction(string name) => name switch
    {
        "id" => static (b, to) => Sparse(b, b.Auctions, to, static (g, n) => NexmarkGen.AuctionId(n)),
        "seller" => static (b, to) => Sparse(b, b.Auctions, to, static (g, n) => g.AuctionSeller(n)),
        "category" => static (b, to) => Sparse(b, b.Auctions, to, static (g, n) => g.AuctionCategory(n)),
        "expires" => static (b, to) => Sparse(b, b.Auctions, to, static (g, n) => g.AuctionExpires(n)),
        "initialBid" => static (b, to) => Sparse(b, b.Auctions, to, static (g, n) => g.AuctionInitialBid(n)),
        "reserve" => static (b, to) => Sparse(b, b.Auctions, to, static (g, n) => g.AuctionReserve(n)),
        "dateTime" => static (b, to) => b.Times.CopyTo(Longs(b, to)),
        "itemName" => static (b, to) => FromText(b, to, static (g, n) => g.AuctionItemName(n)),
        "description" => static (b, to) => FromText(b, to, static (g, n) => g.AuctionDescription(n)),
        "extra" => static (b, to) => FromPool(b, b.Auctions, to, static (g, n) => g.AuctionExtra(n)),
        _ => throw NoColumn("auction", name),
    };

    private NexmarkFill OfPerson(string name) => name switch
    {
        "id" => static (b, to) => Sparse(b, b.Persons, to, static (g, n) => NexmarkGen.PersonId(n)),
        "name" => static (b, to) => SparseTable(NexmarkTexts.Names, b, to, static (g, n) =>
        {
            var (first, last) = g.PersonName(n);
            return (first * NexmarkTexts.LastNames.Length) + last;
        }),
        "city" => static (b, to) => SparseTable(NexmarkTexts.CityTable, b, to, static (g, n) => g.PersonCity(n)),
        "state" => static (b, to) => SparseTable(NexmarkTexts.StateTable, b, to, static (g, n) => g.PersonState(n)),
        "dateTime" => static (b, to) => b.Times.CopyTo(Longs(b, to)),
        "extra" => static (b, to) => FromPool(b, b.Persons, to, static (g, n) => g.PersonExtra(n)),
        "emailAddress" => (b, to) => PutTogether(b, to, static (g, n, t) =>
        {
            var (user, host) = g.PersonEmail(n);
            NexmarkTexts.Pool.AsSpan(user.Offset, user.Length).CopyTo(t);
            t[user.Length] = (byte)'@';
            NexmarkTexts.Pool.AsSpan(host.Offset, host.Length).CopyTo(t[(user.Length + 1)..]);
            ".com"u8.CopyTo(t[(user.Length + 1 + host.Length)..]);
            return user.Length + host.Length + 5;
        }),
        "creditCard" => (b, to) => PutTogether(b, to, static (g, n, t) =>
        {
            var (a, c, d, e) = g.PersonCard(n);
            Four(a, t);
            Four(c, t[5..]);
            Four(d, t[10..]);
            Four(e, t[15..]);
            t[4] = t[9] = t[14] = (byte)' ';
            return 19;
        }),
        _ => throw NoColumn("person", name),
    };

    private static Span<long> Longs(NexmarkBlock b, ColumnBuilder to) => ((FixedBuilder<long>)to).Append(b.Rows);

    private static void Sparse(NexmarkBlock b, ReadOnlySpan<int> rows, ColumnBuilder to, Func<NexmarkGen, long, long> value)
    {
        var v = Longs(b, to);
        v.Clear();
        foreach (int r in rows) v[r] = value(b.Gen, b.Numbers[r]);
    }

    private static void FromTable(TextTable table, NexmarkBlock b, ColumnBuilder to)
    {
        var text = (TextBuilder)to;
        Span<int> numbers = stackalloc int[table.Buffers.Length];
        Share(text, table.Buffers, numbers);
        var v = text.AppendViews(b.Rows);
        var n = b.Numbers;
        var g = b.Gen;
        for (int i = 0; i < v.Length; i++) v[i] = table.View(g.BidChannel(n[i]), numbers);
    }

    private static void SparseTable(TextTable table, NexmarkBlock b, ColumnBuilder to, Func<NexmarkGen, long, int> index)
    {
        var text = (TextBuilder)to;
        Span<int> numbers = stackalloc int[table.Buffers.Length];
        Share(text, table.Buffers, numbers);
        var v = text.AppendViews(b.Rows);
        v.Clear();
        foreach (int r in b.Persons) v[r] = table.View(index(b.Gen, b.Numbers[r]), numbers);
    }

    private static void FromPool(NexmarkBlock b, ReadOnlySpan<int> rows, ColumnBuilder to, Func<NexmarkGen, long, Slice> slice)
    {
        var text = (TextBuilder)to;
        Span<int> numbers = stackalloc int[NexmarkTexts.PoolBuffers.Length];
        Share(text, NexmarkTexts.PoolBuffers, numbers);
        var v = text.AppendViews(b.Rows);
        v.Clear();
        foreach (int r in rows) v[r] = NexmarkTexts.PoolView(slice(b.Gen, b.Numbers[r]), numbers);
    }

    private static void FromText(NexmarkBlock b, ColumnBuilder to, Func<NexmarkGen, long, Slice> slice)
    {
        var text = (TextBuilder)to;
        int number = text.AddBuffer(NexmarkTexts.Text);
        var v = text.AppendViews(b.Rows);
        v.Clear();
        foreach (int r in b.Auctions)
        {
            var s = slice(b.Gen, b.Numbers[r]);
            var bytes = NexmarkTexts.Text.AsSpan(s.Offset, s.Length);
            v[r] = s.Length <= TextView.MaxInline ? TextView.Inline(bytes) : TextView.Of(bytes, number, s.Offset);
        }
    }

    private delegate int Write(NexmarkGen gen, long n, Span<byte> to);

    private void PutTogether(NexmarkBlock b, ColumnBuilder to, Write write)
    {
        var text = (TextBuilder)to;
        var v = text.AppendViews(b.Rows);
        v.Clear();
        foreach (int r in b.Persons)
        {
            int length = write(b.Gen, b.Numbers[r], _scratch.Room(32));
            v[r] = _scratch.Take(length, text);
        }
    }

    private static void Share(TextBuilder text, byte[][] buffers, Span<int> numbers)
    {
        for (int i = 0; i < buffers.Length; i++) numbers[i] = text.AddBuffer(buffers[i]);
    }

    private static void Four(int value, Span<byte> to)
    {
        to[0] = (byte)('0' + (value / 1000));
        to[1] = (byte)('0' + (value / 100 % 10));
        to[2] = (byte)('0' + (value / 10 % 10));
        to[3] = (byte)('0' + (value % 10));
    }

    private static ArgumentException NoColumn(string kind, string name) => new($"nexmark: a {kind} has no column '{name}'");

    private sealed class TextScratch
    {
        private byte[] _buffer = [];
        private int _at;

        public Span<byte> Room(int bytes)
        {
            if (_buffer.Length - _at < bytes) (_buffer, _at) = (GC.AllocateUninitializedArray<byte>(TextColumn.BufferBytes), 0);
            return _buffer.AsSpan(_at);
        }

        public TextView Take(int length, TextBuilder text)
        {
            var bytes = _buffer.AsSpan(_at, length);
            if (length <= TextView.MaxInline) return TextView.Inline(bytes);
            var view = TextView.Of(bytes, text.AddBuffer(_buffer), _at);
            _at += length;
            return view;
        }
    }
}
