using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;

namespace OrleansStream.Engine.Operators;

/// <summary>
/// The open sessions of each key, and which of them each row of a batch belongs to. A session's entry is (key, time of the row that made it) → times of its first and last
/// rows, rows, then what its owner keeps. Sessions that the mark in force has passed take no more rows, though they leave only at the end of the batch.
/// </summary>
internal sealed unsafe class Sessions
{
    /// <summary>Value fields that come before the owner's.</summary>
    public const int Fields = 3;

    /// <summary>Last row of an entry that was merged into another session: its turn in the queue is still to come, which removes it.</summary>
    private const long Gone = long.MinValue / 2;

    /// <summary>Sessions of a key that have passed and are still listed: more than these would be gone over again and again.</summary>
    private const int MostPassed = 8;

    private static readonly int[] AllRows = [.. Enumerable.Range(0, Batch.MaxRows)];

    private readonly long _gap;
    private readonly int[] _keys;
    private readonly WindowClock _clock;
    private readonly int _first;
    private readonly int _last;
    private readonly int _count;
    private readonly nint[] _heads = new nint[Batch.MaxRows];
    private readonly nint[] _records = new nint[Batch.MaxRows];
    private readonly int[] _rows = new int[Batch.MaxRows];

    // By a time at or before the session's end: a row that extends a session leaves its entry where it is.
    private readonly PriorityQueue<nint, long> _queue = new();
    private Batch _batch = null!;
    private Marks? _marks;
    private int _next;
    private int _mark;
    private int _taken;

    /// <summary>Whether keys came since <see cref="_heads"/> were looked up.</summary>
    private bool _newKeys;

    public Sessions(MapTable table, long gap, int[] keys, WindowClock clock)
    {
        (Table, _gap, _keys, _clock) = (table, gap, keys, clock);
        (_first, _last, _count) = (table.Layout.ValueOffsets[0], table.Layout.ValueOffsets[1], table.Layout.ValueOffsets[2]);
        long cursor = 0;
        for (int n; (n = table.Scan(ref cursor, _records)) > 0;)
            foreach (nint r in _records.AsSpan(0, n)) _queue.Enqueue(r, Last(r) == Gone ? Gone : End(r));
    }

    public MapTable Table { get; }

    /// <summary>Rows that belong to sessions, since the last <see cref="Assign"/>.</summary>
    public ReadOnlySpan<int> Rows => _rows.AsSpan(0, _taken);

    /// <summary>The session of each of <see cref="Rows"/>.</summary>
    public ReadOnlySpan<nint> Records => _records.AsSpan(0, _taken);

    /// <summary>The watermark in force at the row where <see cref="Assign"/> stopped.</summary>
    public long InForce { get; private set; }

    /// <summary>Late rows of the batch so far.</summary>
    public long Late { get; private set; }

    /// <summary>The session that takes over <see cref="Joining"/>.</summary>
    public nint Joined { get; private set; }

    /// <summary>The session that <see cref="Joined"/> takes over: what the owner keeps is to be merged now.</summary>
    public nint Joining { get; private set; }

    public static StateSpec State(Schema input, ImmutableArray<int> keys, Schema value) => new(
        "sessions", 1, StateKind.Map, input.Select(keys.AsSpan()), Schema.Of(("session", SqlType.BigInt.NotNull)),
        new Schema([new("first", SqlType.BigInt.NotNull), new("last", SqlType.BigInt.NotNull), new("rows", SqlType.BigInt.NotNull), .. value.Fields]), Ttl.None);

    /// <summary>Starts on a batch.</summary>
    /// <param name="marks">of the batch.</param>
    /// <param name="hashes">of the keys, by position.</param>
    /// <param name="watermark">in force before the first mark.</param>
    public void Begin(Batch batch, Marks? marks, ReadOnlySpan<ulong> hashes, long watermark)
    {
        _marks = marks;
        (_batch, _next, _mark, InForce, Late) = (batch, 0, 0, watermark, 0);
        Find(hashes);
    }

    /// <summary>Gives rows their sessions, up to one before which the owner has something to do.</summary>
    /// <param name="times">by position, ms.</param>
    public SessionStep Assign(ReadOnlySpan<long> times, ReadOnlySpan<ulong> hashes)
    {
        var rows = Selected;
        var markRows = _marks is { } m ? m.Rows : default;
        var marks = _marks is { } w ? w.Watermarks : default;
        _taken = 0;
        for (; _next < rows.Length; _next++)
        {
            int row = rows[_next];
            while (_mark < markRows.Length && markRows[_mark] <= row) InForce = marks[_mark++];
            long time = times[row];
            nint head = Head(row, hashes), session = 0, other = 0;
            int passed = 0;
            for (nint s = head; s != 0 && other == 0; s = Table.Next(s))
            {
                if (Last(s) == Gone) continue;
                if (End(s) - 1 <= InForce) passed++;
                else if (First(s) <= time + _gap && End(s) >= time) (session, other) = session == 0 ? (s, 0) : (session, s);
            }

            if (passed > MostPassed) return SessionStep.Fire;
            if (session == 0 && time + _gap - 1 <= InForce)
            {
                Late++;
                continue;
            }

            if (session == 0) session = Open(row, hashes[row], time);
            else Extend(session, Math.Min(First(session), time), Math.Max(Last(session), time));
            *(long*)(session + _count) += _batch.KindAt(row).IsAdd() ? 1 : -1;
            (_rows[_taken], _records[_taken]) = (row, session);
            _taken++;
            if (other == 0) continue;
            _next++;
            Join(session, other);
            return SessionStep.Join;
        }

        return SessionStep.Done;
    }

    /// <summary>Sessions that <paramref name="watermark"/> has passed, in the order of their ends; 0 = no more. They are to be removed before the next call.</summary>
    public int Take(long watermark, Span<nint> records)
    {
        int n = 0;
        while (n < records.Length && _queue.TryPeek(out nint r, out long due) && due - 1 <= watermark)
        {
            long end = Last(r) == Gone ? due : End(r);
            if (end > due)
            {
                _queue.DequeueEnqueue(r, end);
                continue;
            }

            _queue.Dequeue();
            if (Last(r) == Gone) Table.Remove([r]);
            else records[n++] = r;
        }

        return n;
    }

    /// <summary>After sessions left in the midst of a batch.</summary>
    public void Find(ReadOnlySpan<ulong> hashes)
    {
        var rows = Selected[_next..];
        Table.First(_batch, _keys, rows, hashes, _heads.AsSpan(_next, rows.Length));
        _newKeys = false;
    }

    /// <summary>Where an entry holds how many rows were added and not taken back.</summary>
    public int CountOffset => _count;

    public void WriteProperties(ReadOnlySpan<nint> records, BatchBuilder to, int first, ImmutableArray<WindowProperty> properties)
    {
        for (int p = 0; p < properties.Length; p++)
        {
            var values = to.Fixed<long>(first + p).Append(records.Length);
            for (int i = 0; i < records.Length; i++)
                values[i] = properties[p] switch { WindowProperty.Start => First(records[i]), WindowProperty.End => End(records[i]), _ => _clock.WindowTime(End(records[i]) - 1) };
        }
    }

    private ReadOnlySpan<int> Selected => _batch.Selection is { } s ? s.Rows : AllRows.AsSpan(0, _batch.Length);

    /// <summary>Start, end and time of one session's window, for a run of rows.</summary>
    public void WriteProperties(nint session, int rows, BatchBuilder to, int first)
    {
        to.Fixed<long>(first).Append(rows).Fill(First(session));
        to.Fixed<long>(first + 1).Append(rows).Fill(End(session));
        to.Fixed<long>(first + 2).Append(rows).Fill(_clock.WindowTime(End(session) - 1));
    }

    /// <summary>Whether a time lies within a session.</summary>
    public bool Holds(nint session, long time) => First(session) <= time && time <= Last(session);

    private long First(nint r) => *(long*)(r + _first);

    private long Last(nint r) => *(long*)(r + _last);

    private long End(nint r) => *(long*)(r + _last) + _gap;

    // Rows before may have opened sessions, which stand before those that were looked up.
    private nint Head(int row, ReadOnlySpan<ulong> hashes)
    {
        nint head = _heads[_next];
        if (head != 0) return Table.FirstOf(head);
        return _newKeys ? Table.First(_batch, _keys, row, hashes[row]) : 0;
    }

    private nint Open(int row, ulong hash, long time)
    {
        nint r = Table.Add(_batch, _keys, row, hash, time);
        *(long*)(r + _first) = *(long*)(r + _last) = time;
        _queue.Enqueue(r, time + _gap);
        _newKeys |= _heads[_next] == 0;
        return r;
    }

    private void Extend(nint session, long first, long last)
    {
        Table.Touch(session);
        (*(long*)(session + _first), *(long*)(session + _last)) = (first, last);
    }

    private void Join(nint session, nint other)
    {
        (Joined, Joining) = (session, other);
        Extend(session, Math.Min(First(session), First(other)), Math.Max(Last(session), Last(other)));
        *(long*)(session + _count) += *(long*)(other + _count);
        Table.Touch(other);
        *(long*)(other + _last) = Gone;
    }
}

/// <summary>What the owner of sessions has to do before more rows can be assigned.</summary>
internal enum SessionStep : byte
{
    /// <summary>Nothing: all rows are.</summary>
    Done,

    /// <summary>Merge what it keeps of <see cref="Sessions.Joining"/> into <see cref="Sessions.Joined"/>.</summary>
    Join,

    /// <summary>Let the sessions leave that <see cref="Sessions.InForce"/> has passed.</summary>
    Fire,
}
