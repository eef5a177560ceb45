using System.Globalization;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.Flow;

namespace OrleansStream.Grains.Exchange;

/// <summary>The name of a link as a stream: <c>tenant/job/generation/exchange/sender@silo</c> in the namespace <c>exchange</c>.</summary>
public readonly record struct LinkKey(JobKey Job, int Generation, LinkId Link)
{
    public const string Namespace = "exchange";

    public StreamId ToStreamId() => StreamId.Create(Namespace, ToString());

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Job}/{Generation}/{Link}");

    /// <exception cref="FormatException">not the name of a link.</exception>
    public static LinkKey Parse(StreamId id)
    {
        string text = id.GetKeyAsString();
        int at = text.IndexOf('@', StringComparison.Ordinal);
        string[] parts = at < 0 ? [] : text[..at].Split('/');
        if (id.GetNamespace() != Namespace || parts.Length != 5) throw new FormatException($"not a link: '{id}'");
        return new LinkKey(new JobKey(parts[0], parts[1]), Number(parts[2]), new LinkId(Number(parts[3]), Number(parts[4]), text[(at + 1)..]));
    }

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
