using OrleansStream.Runtime;

namespace OrleansStream.TestKit.Simulated;

/// <summary>What happens to one message.</summary>
public enum Mishap : byte
{
    None,

    /// <summary>It arrives late.</summary>
    Late,

    /// <summary>Its answer comes late.</summary>
    LateAnswer,
    Lost,
    LostAnswer,

    /// <summary>It arrives twice, the second time later.</summary>
    Twice,
}

/// <summary>The network between simulated silos: calls with answers and time-outs. Messages are numbered, so that what went wrong can be repeated and left out.</summary>
public sealed class Network(World world)
{
    /// <summary>Says what happens to the message of a number, and for how many ms it is late.</summary>
    public Func<long, (Mishap Kind, int Ms)> Mishaps { get; set; } = _ => default;

    /// <summary>Ways (from, to) on which nothing comes through just now.</summary>
    public HashSet<(string From, string To)> Cut { get; } = [];

    /// <summary>Sent so far between two silos.</summary>
    public long Messages { get; private set; }

    public (Mishap Kind, int Ms) Next() => Mishaps(Messages++);

    /// <summary>
    /// Calls <paramref name="work"/> on a silo. Exactly one of <paramref name="answered"/> and <paramref name="failed"/> is called, unless the caller dies: failed with
    /// <see cref="LinkBrokenException"/> when there is nobody, with <see cref="TimeoutException"/> when the outcome is unknown.
    /// </summary>
    /// <param name="to">null = nobody of that name lives.</param>
    public void Call<T>(Silo from, Silo? to, Func<T> work, Action<T> answered, Action<Exception> failed, long timeoutMs)
    {
        if (to is not { Alive: true })
        {
            world.Soon(() => failed(new LinkBrokenException("refused")), from);
            return;
        }

        if (to == from) world.Soon(() => answered(work()), from);
        else Carry(Next(), from, to, work, answered, failed, timeoutMs);
    }

    /// <summary>As above, for a message whose number was taken before.</summary>
    public void Carry<T>((Mishap Kind, int Ms) mishap, Silo from, Silo to, Func<T> work, Action<T> answered, Action<Exception> failed, long timeoutMs)
    {
        bool over = false;
        void Answer(T answer)
        {
            if (over) return;
            over = true;
            answered(answer);
        }

        void Deliver()
        {
            if (Cut.Contains((from.Name, to.Name))) return;
            var answer = work();
            if (mishap.Kind == Mishap.LostAnswer || Cut.Contains((to.Name, from.Name))) return;
            if (mishap.Kind == Mishap.LateAnswer) world.After(mishap.Ms, () => Answer(answer), from);
            else world.Soon(() => Answer(answer), from);
        }

        if (mishap.Kind == Mishap.Late) world.After(mishap.Ms, Deliver, to);
        else if (mishap.Kind != Mishap.Lost) world.Soon(Deliver, to);
        if (mishap.Kind == Mishap.Twice) world.After(mishap.Ms, Deliver, to);
        world.After(timeoutMs, () =>
        {
            if (over) return;
            over = true;
            failed(new TimeoutException($"no answer from {to.Name}"));
        }, from);
    }
}
