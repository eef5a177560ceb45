using System.Globalization;
using System.Security.Cryptography;

namespace OrleansStream.Reliability.Tests;

/// <summary>Looks at a sink's folder as a reader does: an epoch that is there is whole, and never changes.</summary>
internal sealed class EpochWatch(string path)
{
    private readonly SortedDictionary<long, (string Hash, DateTime Seen)> _epochs = [];
    private readonly List<string> _changed = [];

    /// <summary>Epochs that were seen partially, or went away.</summary>
    public IReadOnlyList<string> Changed => _changed;

    /// <summary>Epochs seen so far.</summary>
    public int Count => _epochs.Count;

    /// <summary>When the latest epoch was first seen.</summary>
    public DateTime Latest => _epochs.Count == 0 ? DateTime.MinValue : _epochs.Values.Last().Seen;

    /// <summary>Takes note of the epochs that have appeared.</summary>
    public void Look()
    {
        foreach (var (epoch, folder) in Folders().Where(f => !_epochs.ContainsKey(f.Epoch))) _epochs[epoch] = (Hash(folder), DateTime.UtcNow);
    }

    /// <summary>All lines, epoch by epoch; what was seen earlier must still be as it was.</summary>
    public IReadOnlyList<string> Lines()
    {
        Look();
        var folders = Folders().ToDictionary(f => f.Epoch, f => f.Folder);
        foreach (var (epoch, seen) in _epochs)
            if (!folders.TryGetValue(epoch, out string? folder)) _changed.Add($"epoch {epoch} has gone");
            else if (Hash(folder) != seen.Hash) _changed.Add($"epoch {epoch} was seen partially, or changed");
        return [.. folders.OrderBy(f => f.Key).SelectMany(f => Parts(f.Value)).SelectMany(File.ReadAllLines)];
    }

    private IEnumerable<(long Epoch, string Folder)> Folders() => !Directory.Exists(path) ? [] : Directory.GetDirectories(path, "epoch-*")
        .Select(f => (long.Parse(Path.GetFileName(f).Split('-')[1], CultureInfo.InvariantCulture), f));

    private static IEnumerable<string> Parts(string folder) => Directory.GetFiles(folder, "part-*").Order(StringComparer.Ordinal);

    private static string Hash(string folder)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string part in Parts(folder))
        {
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes(part));
            hash.AppendData(File.ReadAllBytes(part));
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
