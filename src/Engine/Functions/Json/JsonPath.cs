using System.Text.Json;
using OrleansStream.Engine.Expressions;

namespace OrleansStream.Engine.Functions.Json;

/// <summary>
/// An SQL/JSON path: <c>[lax|strict] $.a['b'][0][*].*..c</c>. Strict, the mode if none is written, fails where a step finds nothing; lax gives nothing there. A path with
/// <c>*</c> or <c>..</c> gives the list of what it finds.
/// </summary>
internal sealed class JsonPath
{
    private readonly List<Step> _steps = [];

    private JsonPath(bool lax) => IsLax = lax;

    private enum StepKind : byte
    {
        Name,
        Index,
        All,
        Deep,
    }

    private readonly record struct Step(StepKind Kind, string Name, int Index);

    public bool IsLax { get; }

    /// <summary>Whether it gives a list of what it finds.</summary>
    public bool IsMany => _steps.Exists(s => s.Kind is StepKind.All or StepKind.Deep);

    /// <exception cref="EvaluationException">it is no path.</exception>
    public static JsonPath Parse(string text)
    {
        string rest = text.Trim();
        bool lax = rest.StartsWith("lax", StringComparison.OrdinalIgnoreCase);
        bool strict = rest.StartsWith("strict", StringComparison.OrdinalIgnoreCase);
        rest = rest[(lax ? 3 : strict ? 6 : 0)..].TrimStart();
        var path = new JsonPath(lax);
        if (!rest.StartsWith('$')) throw new EvaluationException($"Illegal jsonpath spec '{text}'");
        int at = 1;
        while (at < rest.Length) at = path.ParseStep(text, rest, at);
        return path;
    }

    /// <summary>What is found: one value, or all of them for a path of many; false = a step of a path of one finds nothing.</summary>
    public bool TryFind(JsonElement root, List<JsonElement> found)
    {
        found.Clear();
        found.Add(root);
        foreach (var step in _steps)
        {
            int count = found.Count;
            for (int i = 0; i < count; i++) Follow(step, found[i], found);
            found.RemoveRange(0, count);
            if (found.Count == 0 && !IsMany) return false;
        }

        return true;
    }

    private static void Follow(Step step, JsonElement from, List<JsonElement> to)
    {
        switch (step.Kind)
        {
            case StepKind.Name:
                if (from.ValueKind == JsonValueKind.Object && from.TryGetProperty(step.Name, out var field)) to.Add(field);
                break;
            case StepKind.Index:
                if (from.ValueKind != JsonValueKind.Array) break;
                int at = step.Index < 0 ? from.GetArrayLength() + step.Index : step.Index;
                if (at >= 0 && at < from.GetArrayLength()) to.Add(from[at]);
                break;
            case StepKind.All:
                if (from.ValueKind == JsonValueKind.Array) foreach (var e in from.EnumerateArray()) to.Add(e);
                else if (from.ValueKind == JsonValueKind.Object) foreach (var p in from.EnumerateObject()) to.Add(p.Value);
                break;
            default:
                Deep(step.Name, from, to);
                break;
        }
    }

    // Every value below (all, or those of one name), a parent before its children.
    private static void Deep(string name, JsonElement from, List<JsonElement> to)
    {
        if (from.ValueKind == JsonValueKind.Array)
        {
            foreach (var e in from.EnumerateArray()) Deep(name, e, to);
        }
        else if (from.ValueKind == JsonValueKind.Object)
        {
            foreach (var p in from.EnumerateObject())
            {
                if (name == "*" || p.NameEquals(name)) to.Add(p.Value);
                Deep(name, p.Value, to);
            }
        }
    }

    private int ParseStep(string text, string path, int at)
    {
        bool deep = path.AsSpan(at).StartsWith("..");
        if (deep || path[at] == '.') at += deep ? 2 : 1;
        if (at < path.Length && path[at] == '[')
        {
            int end = path.IndexOf(']', at);
            if (end < 0) throw new EvaluationException($"Illegal jsonpath spec '{text}'");
            string inside = path[(at + 1)..end].Trim();
            if (inside == "*") _steps.Add(new Step(StepKind.All, "", 0));
            else if (inside is ['\'', .., '\''] or ['"', .., '"'])
            {
                // A name may hold a bracket.
                end = path.IndexOf(inside[0] + "]", at, StringComparison.Ordinal) + 1;
                _steps.Add(new Step(deep ? StepKind.Deep : StepKind.Name, path[(at + 1)..end].Trim()[1..^1], 0));
            }
            else if (int.TryParse(inside, out int index)) _steps.Add(new Step(StepKind.Index, "", index));
            else throw new EvaluationException($"Illegal jsonpath spec '{text}'");
            return end + 1;
        }

        int start = at;
        while (at < path.Length && path[at] is not ('.' or '[')) at++;
        string name = path[start..at].Trim();
        if (name.Length == 0 || path[start - 1] != '.') throw new EvaluationException($"Illegal jsonpath spec '{text}'");
        _steps.Add(deep ? new Step(StepKind.Deep, name, 0) : name == "*" ? new Step(StepKind.All, "", 0) : new Step(StepKind.Name, name, 0));
        return at;
    }
}
