using System.Collections.Immutable;
using OrleansStream.Columns;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Operators;
using OrleansStream.Engine.Plan;
using OrleansStream.Engine.State;
using OrleansStream.TestKit;
using Xunit;

namespace OrleansStream.Engine.Tests.Flow;

public class OperatorChainTests
{
    private static readonly Schema Numbers = Schema.Of(("n", SqlType.BigInt));

    [Fact]
    public void An_operator_that_does_not_take_marks_gets_the_batch_cut_at_each()
    {
        var log = new List<string>();
        var chain = Chain(log, [], Node(0, new ProbeSpec("a", log), ~0));
        chain.Give(0, Marked([1, 2, 3, 4], (1, 10), (3, 30)));
        Assert.Equal(["a0: 1", "a wm 10", "a0: 2 3", "a wm 30", "a0: 4"], log);
        log.Clear();
        chain.Give(0, Marked([5, 6, 7], [1, 2], (0, 35), (2, 40), (3, 50)));
        Assert.Equal(["a wm 35", "a0: 6", "a wm 40", "a0: 7", "a wm 50"], log);
    }

    [Fact]
    public void An_operator_that_takes_marks_gets_the_batch_whole_and_one_watermark()
    {
        var log = new List<string>();
        var chain = Chain(log, [], Node(0, new ProbeSpec("a", log) { Marks = true }, ~0));
        chain.Give(0, Marked([1, 2, 3], (1, 10), (2, 30)));
        Assert.Equal(["a0: 1 |10 2 |30 3", "a wm 30"], log);
    }

    [Fact]
    public void Two_ports_are_as_late_as_the_later_and_marks_say_so()
    {
        var log = new List<string>();
        var chain = Chain(log, [], [~0, ~1], Node(0, new ProbeSpec("a", log) { Marks = true }, ~0, ~1));
        chain.Give(0, Marked([1, 2], (1, 10), (2, 20)));
        chain.Give(1, Marked([3, 4, 5, 6], (1, 5), (2, 12), (3, 30)));
        Assert.Equal(["a0: 1 2", "a1: 3 |5 4 |12 5 |20 6", "a wm 20"], log);
        log.Clear();
        chain.End(0);
        chain.Idle(1, true);
        Assert.Equal(["a end 0", "a wm 30"], log);
    }

    [Fact]
    public void Owed_rows_go_out_before_anything_else_is_called_and_wait_for_room()
    {
        var log = new List<string>();
        var tail = new LogTail(log);
        var chain = Chain(log, [tail], Node(0, new ProbeSpec("a", log), ~0), Node(1, new RepeatSpec(3), 0));
        chain.Give(0, Marked([1, 2], (2, 10)));
        tail.Room = 2;
        while (chain.Step() == ChainStep.Worked) { }
        Assert.Equal(ChainStep.Blocked, chain.Step());
        Assert.Equal("tail", chain.Blocker);
        Assert.False(chain.CanTake);
        tail.Room = 100;
        while (chain.Step() == ChainStep.Worked) { }
        Assert.Equal(ChainStep.Quiet, chain.Step());
        Assert.Equal(["a0: 1 2", "a wm 10", "tail 1", "tail 1", "tail 1", "tail 2", "tail 2", "tail 2", "tail wm 10"], log);
    }

    [Fact]
    public void A_need_is_waited_for_by_call_and_the_batch_kept()
    {
        var log = new List<string>();
        var need = new TestNeed();
        int woken = 0;
        var chain = Chain(log, [new LogTail(log)], () => woken++, [~0], Node(0, new NeedySpec(need), ~0));
        chain.Give(0, Marked([7]));
        Assert.Equal(ChainStep.Worked, chain.Step());
        Assert.Equal(ChainStep.Blocked, chain.Step());
        Assert.Equal("lookup users", chain.Blocker);
        need.Done!(null);
        Assert.Equal(1, woken);
        while (chain.Step() == ChainStep.Worked) { }
        Assert.Equal(["tail 7"], log);

        chain.Give(0, Marked([8]));
        chain.Step();
        need.Done!(new IOException("gone"));
        Assert.Throws<IOException>(() => chain.Step());
    }

    [Fact]
    public void A_flush_goes_through_the_operators_in_order_and_ends_go_out_last()
    {
        var log = new List<string>();
        var chain = Chain(log, [new LogTail(log)], Node(0, new ProbeSpec("a", log) { Holds = true }, ~0), Node(1, new ProbeSpec("b", log), 0));
        chain.Give(0, Marked([1]));
        chain.Flush();
        while (chain.Step() == ChainStep.Worked) { }
        Assert.Equal(["a0: 1", "a flush", "b0: 1", "tail 1", "b flush"], log);
        log.Clear();
        chain.Give(0, Marked([2]));
        chain.End(0);
        Assert.Equal(["a0: 2", "a end 0", "b0: 2", "tail 2", "b end 0", "tail end"], log);
    }

    [Fact]
    public void A_batch_that_two_read_is_shown_to_each_as_it_was()
    {
        var log = new List<string>();
        var chain = Chain(log, [new LogTail(log)], Node(0, new ProbeSpec("a", log), ~0), Node(1, new RepeatSpec(1), ~0), Node(2, new UnionSpec(Numbers), 0, 1));
        chain.Give(0, Marked([1, 2], (1, 10)));
        while (chain.Step() == ChainStep.Worked) { }
        Assert.Equal(["a0: 1", "tail 1", "a wm 10", "a0: 2", "tail 2", "tail 1", "tail 2", "tail wm 10"], log);
    }

    [Fact]
    public void Nothing_is_allocated_a_batch_after_warm_up()
    {
        var tail = new NullTail();
        var orders = Schema.Of(("user", SqlType.BigInt), ("ts", SqlType.Timestamp(3)));
        var counts = Schema.Of(("user", SqlType.BigInt), ("n", SqlType.BigInt.NotNull));
        var window = new TumbleWindowSpec(counts, 1, 1000, 0, [0], [new AggregateCall("COUNT", [], [], -1, false, SqlType.BigInt.NotNull)], AggregatePhase.Single, []);
        var stage = new StagePlan(0, "s", 1, [new ExchangeInput(0, orders), new ExchangeInput(1, orders)],
            [Node(0, new UnionSpec(orders), ~0, ~1), Node(1, new RepeatSpec(2) { Output = orders }, 0), Node(2, window, 1)]);
        using var state = new ShardState();
        var chain = new OperatorChain(new ChainSetup(stage, 0, 1, Batch.MaxRows, false, TimeZoneInfo.Utc, state, n => n == 2 ? [tail] : [], [], () => { }, () => 0));
        var batch = Rows.Batch(orders, [.. Enumerable.Range(0, Batch.MaxRows).Select(i => new object?[] { (long)(i % 100), 0L })]);
        long now = 0;
        var marks = new Marks();
        void Run(int batches)
        {
            for (int b = 0; b < batches; b++)
            {
                for (int input = 0; input < 2; input++)
                {
                    marks.Clear();
                    marks.Add(100, now + 50);
                    marks.Add(Batch.MaxRows, now + 90);
                    batch.Marks = marks;
                    chain.Give(input, batch);
                    while (chain.Step() == ChainStep.Worked) { }
                }

                now += 100;
            }
        }

        Run(200);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run(1000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(tail.Rows > 0);
    }

    private static NodePlan Node(int id, OperatorSpec spec, params int[] from) =>
        new(id, $"n{id}", spec, [.. from.Select(f => f < 0 ? NodeInput.FromStageInput(~f) : NodeInput.FromNode(f))]);

    private static OperatorChain Chain(List<string> log, Tail[] tails, params NodePlan[] nodes) => Chain(log, tails, () => { }, [~0], nodes);

    private static OperatorChain Chain(List<string> log, Tail[] tails, int[] inputs, params NodePlan[] nodes) => Chain(log, tails, () => { }, inputs, nodes);

    // Tails stand behind the last node; log is there for the order of arguments at the call.
    private static OperatorChain Chain(List<string> log, Tail[] tails, Action wake, int[] inputs, params NodePlan[] nodes) => new(new ChainSetup(
        new StagePlan(0, "s", 1, [.. inputs.Select((_, i) => new ExchangeInput(i, Numbers))], [.. nodes]), 0, 1, Batch.MaxRows, false, TimeZoneInfo.Utc, new ShardState(),
        n => n == nodes[^1].Id ? tails : [], [], wake, () => log.Count));

    private static Batch Marked(long[] numbers, params (int Row, long Watermark)[] marks) => Marked(numbers, [], marks);

    private static Batch Marked(long[] numbers, int[] selected, params (int Row, long Watermark)[] marks)
    {
        var batch = Rows.Batch(Numbers, [.. numbers.Select(n => new object?[] { n })]);
        foreach (var (row, watermark) in marks) (batch.Marks ??= new Marks()).Add(row, watermark);
        if (selected.Length == 0) return batch;
        batch.Selection = new Selection();
        selected.CopyTo(batch.Selection.Writable(selected.Length));
        batch.Selection.SetCount(selected.Length);
        return batch;
    }

    private static IEnumerable<long> Values(Batch batch) => Rows.Text(batch).Select(t => long.Parse(t[3..], null));

    private sealed class LogTail(List<string> log) : Tail
    {
        public int Room { get; set; } = 100;

        public override bool Full => Room <= 0;

        public override string Blocker => "tail";

        public override void Append(Batch batch)
        {
            foreach (long n in Values(batch)) log.Add($"tail {n}");
            Room -= batch.Count;
        }

        public override void Watermark(long watermark) => log.Add($"tail wm {watermark}");

        public override void Idle(bool idle) => log.Add($"tail idle {idle}");

        public override void End() => log.Add("tail end");
    }

    private sealed class NullTail : Tail
    {
        public long Rows { get; private set; }

        public override bool Full => false;

        public override string Blocker => "";

        public override void Append(Batch batch) => Rows += batch.Count;

        public override void Watermark(long watermark)
        {
        }

        public override void Idle(bool idle)
        {
        }

        public override void End()
        {
        }
    }

    private sealed record ProbeSpec(string Name, List<string> Log) : OperatorSpec(Numbers)
    {
        public bool Marks { get; init; }

        public bool Holds { get; init; }

        public override Operator Create() => new Probe(this);

        public override string Describe() => Name;
    }

    // Logs its calls; hands on, or holds until it must give up.
    private sealed class Probe(ProbeSpec spec) : Operator
    {
        private readonly List<long> _held = [];

        public override bool TakesMarks => spec.Marks;

        public override void Open(OperatorContext c)
        {
        }

        public override void OnBatch(int port, Batch input, Output o)
        {
            var words = new List<string>();
            for (int i = 0; i < input.Count; i++)
            {
                int row = input.Selection is { } s ? s.Rows[i] : i;
                for (int m = 0; m < (input.Marks?.Count ?? 0); m++) if (input.Marks!.Rows[m] == row) words.Add($"|{input.Marks.Watermarks[m]}");
                words.Add(((FixedColumn<long>)input.Columns[0]).Values[row].ToString(System.Globalization.CultureInfo.InvariantCulture));
            }

            spec.Log.Add($"{spec.Name}{port}: {string.Join(' ', words)}");
            if (spec.Holds) _held.AddRange(Values(input));
            else o.Append(input);
        }

        public override void OnWatermark(long watermark, Output o)
        {
            spec.Log.Add($"{spec.Name} wm {watermark}");
            o.Advance(watermark);
        }

        public override void Flush(Output o)
        {
            spec.Log.Add($"{spec.Name} flush");
            Give(o);
        }

        public override void OnEnd(int port, Output o)
        {
            spec.Log.Add($"{spec.Name} end {port}");
            Give(o);
        }

        private void Give(Output o)
        {
            var b = o.Builder();
            foreach (long n in _held) b.Fixed<long>(0).Add(n);
            b.Advance(_held.Count);
            _held.Clear();
        }
    }

    // Emits each row some times, one batch of one row (few input rows) or of the input's size at a time.
    private sealed record RepeatSpec(int Times) : OperatorSpec(Numbers)
    {
        public override Operator Create() => new Repeat(Times);

        public override string Describe() => "repeat";
    }

    private sealed class Repeat(int times) : Operator
    {
        private readonly int[] _one = new int[1];
        private Batch? _input;
        private int _at;

        public override bool TakesMarks => true;

        public override bool StartsSegment => true;

        public override void Open(OperatorContext c)
        {
        }

        public override void OnBatch(int port, Batch input, Output o)
        {
            (_input, _at) = (input, 0);
            Go(o);
        }

        public override bool Resume(Output o)
        {
            if (_input is null) return false;
            Go(o);
            return _input is not null;
        }

        private void Go(Output o)
        {
            while (_at < _input!.Count * times)
            {
                if (o.Full) return;
                _one[0] = _input.Selection is { } s ? s.Rows[_at / times] : _at / times;
                o.Builder().Append(_input, _one);
                if (_input.Length < 10 || o.Builder().Count == o.BatchSize) o.Emit();
                _at++;
            }

            _input = null;
        }
    }

    private sealed record NeedySpec(TestNeed Need) : OperatorSpec(Numbers)
    {
        public override Operator Create() => new Needy(Need);

        public override string Describe() => "needy";
    }

    private sealed class Needy(TestNeed need) : Operator
    {
        public override bool StartsSegment => true;

        public override void Open(OperatorContext c)
        {
        }

        public override Need? Prepare(int port, Batch input) => need;

        public override void OnBatch(int port, Batch input, Output o) => o.Append(input);
    }

    private sealed class TestNeed : Need
    {
        public Action<Exception?>? Done { get; private set; }

        public override string What => "lookup users";

        public override void Start(Action<Exception?> done) => Done = done;
    }
}
