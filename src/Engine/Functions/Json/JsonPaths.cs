using System.Text;
using System.Text.Json;

namespace OrleansStream.Engine.Functions.Json;

/// <summary>The paths of a call, parsed once each, and what the last one found.</summary>
internal sealed class JsonPaths
{
    private const int Remembered = 64;
    private readonly Dictionary<string, JsonPath> _known = [];
    private byte[] _last = [];
    private JsonPath? _path;

    /// <summary>What the last <see cref="Find"/> found.</summary>
    public List<JsonElement> Found { get; } = [];

    public JsonPath Of(ReadOnlySpan<byte> text)
    {
        if (_path is not null && text.SequenceEqual(_last)) return _path;
        string key = Encoding.UTF8.GetString(text);
        if (!_known.TryGetValue(key, out var path))
        {
            if (_known.Count == Remembered) _known.Clear();
            _known[key] = path = JsonPath.Parse(key);
        }

        (_last, _path) = (text.ToArray(), path);
        return path;
    }

    /// <summary>Applies a path to a text; gives what is wrong (no JSON, or a strict path that finds nothing), or null.</summary>
    public string? Find(ReadOnlyMemory<byte> json, JsonPath path, out JsonDocument? document)
    {
        Found.Clear();
        document = null;
        try
        {
            document = JsonDocument.Parse(json);
        }
        catch (JsonException e)
        {
            return $"no JSON: {e.Message}";
        }

        bool found = path.TryFind(document.RootElement, Found);
        if (!found) Found.Clear();
        return found || path.IsLax ? null : "No results for path";
    }
}
