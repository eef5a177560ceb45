using System.Collections;
using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using OrleansStream.Columns;
using OrleansStream.Engine.Flow;
using OrleansStream.Engine.Plan;
using Xunit;

namespace OrleansStream.TestKit;

/// <summary>
/// A golden text of one operator:
/// <code>
/// operator tumble_window                  # name, then one line for each parameter of its spec
///   input = k BIGINT, ts TIMESTAMP(3)     # one line a port
///   time = 1
/// batch 0                                 # rows for a port; a line "watermark t" is a mark between them
///   7 1000
/// watermark 9999                          # on all ports
/// expect                                  # rows out since the last expect
///   7 1
/// count late_rows 0                       # a counter
/// barrier                                 # snapshot, drop, restore, go on
/// flush | end PORT | time MS              # processing time
/// </code>
/// It runs in every <see cref="HarnessMode"/>. In updating output the batch size decides which intermediate changes are seen: modes other than the first must give the
/// same net change; with <c>emit each</c> behind the name every change is compared in every mode, with <c>once</c> only the first mode runs (partial phases, whose
/// output depends on batches). With UPDATE_GOLDEN=1 expected rows are rewritten.
/// </summary>
public sealed partial class StreamFile
{
    private readonly string _path;
    private readonly string[] _lines;
    private readonly bool _once;

    public StreamFile(string path)
    {
        _path = path;
        _lines = Golden.Read(path).TrimEnd('\n').Split('\n');
        _once = _lines.First(l => l.StartsWith("operator ", StringComparison.Ordinal)).EndsWith(" once", StringComparison.Ordinal);
    }

    public void Run()
    {
        var first = new List<string>();
        foreach (var mode in HarnessMode.All.Take(_once ? 1 : int.MaxValue))
        {
            var actual = Run(mode, exact: mode == HarnessMode.All.First(), first);
            if (first.Count == 0) first.AddRange(actual);
        }

        if (Golden.Update) Golden.Match(_path, string.Join('\n', first) + "\n");
    }

    // The file's lines with what really came out as expected rows.
    private List<string> Run(HarnessMode mode, bool exact, List<string> updated)
    {
        var (spec, inputs, each, at) = Operator();
        using var harness = new OperatorHarness(spec, inputs, mode with { EmitEach = each });
        var output = _lines[..at].ToList();
        var lines = updated.Count > 0 && Golden.Update ? [.. updated] : _lines;
        for (int line = at; line < lines.Length;)
        {
            var words = Code(lines[line]).Split(' ', StringSplitOptions.RemoveEmptyEntries);
            int from = line++;
            while (line < lines.Length && lines[line].StartsWith(' ')) line++;
            var rows = lines[(from + 1)..line];
            string where = $"{_path}:{from + 1} ({mode})";
            output.Add(lines[from]);
            if (words is ["expect", ..])
            {
                var actual = harness.Take();
                if (actual.TrueForAll(r => r.StartsWith("+I", StringComparison.Ordinal)) && !rows.Any(r => RowText.HasKind(Code(r)))) actual = [.. actual.Select(r => r[3..])];
                if (Golden.Update && exact) output.AddRange(actual.Order(StringComparer.Ordinal).Select(r => "  " + r));
                else Compare(where, [.. rows.Select(Code)], actual, exact || each);
                continue;
            }

            output.AddRange(rows);
            Step(harness, words, rows, inputs, where);
        }

        Assert.True(harness.Take() is { Count: 0 } || Golden.Update, $"{_path} ({mode}): rows came out after the last expect");
        return output;
    }

    private static void Step(OperatorHarness harness, string[] words, string[] rows, ImmutableArray<Schema> inputs, string where)
    {
        switch (words)
        {
            case []: break;
            case ["batch", ..]:
                int port = words.Length > 1 ? Number(words[1]) : 0;
                harness.Batch(port, Rows(inputs[port], rows));
                break;
            case ["watermark", var t]: harness.AdvanceTo(long.Parse(t, CultureInfo.InvariantCulture)); break;
            case ["time", var t]: harness.ProcessingTime(long.Parse(t, CultureInfo.InvariantCulture)); break;
            case ["barrier"]: harness.Barrier(); break;
            case ["flush"]: harness.Flush(); break;
            case ["end", var p]: harness.End(Number(p)); break;
            case ["count", var name, var n]: Assert.True(harness.Count(name) == Number(n), $"{where}: {name} is {harness.Count(name)}"); break;
            default: throw new FormatException($"{where}: unknown line");
        }
    }

    /// <summary>A batch of the given lines; <c>watermark t</c> lines become marks.</summary>
    public static Batch Rows(Schema schema, IReadOnlyList<string> lines)
    {
        var builder = new BatchBuilder(schema, withKinds: lines.Any(l => RowText.HasKind(Code(l))));
        var marks = new Marks();
        foreach (string l in lines.Select(Code).Where(l => l.Length > 0))
        {
            if (l.StartsWith("watermark ", StringComparison.Ordinal)) marks.Add(builder.Count, long.Parse(l[10..], CultureInfo.InvariantCulture));
            else RowText.Append(builder, l);
        }

        var batch = builder.Build();
        batch.Marks = marks.Count > 0 ? marks : null;
        return batch;
    }

    private static void Compare(string where, List<string> expected, List<string> actual, bool exact)
    {
        if (!exact) (expected, actual) = (Net(expected), Net(actual));
        expected.Sort(StringComparer.Ordinal);
        actual.Sort(StringComparer.Ordinal);
        Assert.True(expected.SequenceEqual(actual), $"{where}\nmissing: {string.Join(" | ", Minus(expected, actual))}\nextra:   {string.Join(" | ", Minus(actual, expected))}");
    }

    /// <summary>What rows with kinds come to: each row with the number of times it was added.</summary>
    public static List<string> Net(IEnumerable<string> rows) =>
        [.. rows.Select(r => RowText.HasKind(r) ? (Row: r[3..], Sign: r[..2] is "+I" or "+U" ? 1 : -1) : (Row: r, Sign: 1))
            .GroupBy(r => r.Row).Select(g => (g.Key, Sum: g.Sum(r => r.Sign))).Where(g => g.Sum != 0).Select(g => $"{g.Sum:+0;-0} {g.Key}")];

    private static List<string> Minus(List<string> a, List<string> b)
    {
        var rest = new List<string>(a);
        foreach (string s in b) rest.Remove(s);
        return rest;
    }

    private (OperatorSpec Spec, ImmutableArray<Schema> Inputs, bool EmitEach, int Next) Operator()
    {
        int at = 0;
        while (Code(_lines[at]).Length == 0) at++;
        var words = Code(_lines[at]).Split(' ');
        if (words[0] != "operator") throw new FormatException($"{_path}:{at + 1}: the first line is operator NAME");
        var values = new Dictionary<string, string>();
        var inputs = ImmutableArray.CreateBuilder<Schema>();
        for (at++; at < _lines.Length && _lines[at].StartsWith(' '); at++)
        {
            var parts = Code(_lines[at]).Split('=', 2, StringSplitOptions.TrimEntries);
            if (parts[0] == "input") inputs.Add(SchemaOf(parts[1]));
            else values.Add(parts[0].ToUpperInvariant(), parts[1]);
        }

        var type = typeof(OperatorSpec).Assembly.GetTypes().Single(t => t.GetCustomAttribute<OperatorAttribute>()?.Name == words[1]);
        var constructor = type.GetConstructors().MaxBy(c => c.GetParameters().Length)!;
        var arguments = constructor.GetParameters().Select(p =>
        {
            if (values.Remove(p.Name!.ToUpperInvariant(), out string? text)) return Parse(p.ParameterType, text);
            return p.HasDefaultValue ? p.DefaultValue : throw new FormatException($"{_path}: parameter {p.Name} is missing");
        }).ToArray();
        if (values.Count > 0) throw new FormatException($"{_path}: {type.Name} has no parameter {values.Keys.First()}");
        return ((OperatorSpec)constructor.Invoke(arguments), inputs.ToImmutable(), words.Skip(2).SequenceEqual(["emit", "each"]), at);
    }

    private static object? Parse(Type type, string text)
    {
        if (type == typeof(Schema)) return SchemaOf(text);
        if (type == typeof(SqlType)) return SqlTypeText.Parse(text);
        if (type == typeof(AggregateCall)) return Call(text);
        if (type == typeof(SortColumn)) return SortColumn.Parse(text);
        if (type == typeof(Expr)) return PlanJson.ReadExpr(text);
        if (type.IsEnum) return Enum.Parse(type, text, ignoreCase: true);
        if (type == typeof(bool)) return text == "true";
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>))
        {
            var element = type.GetGenericArguments()[0];
            var items = TopLevel(text.Trim('[', ']')).Select(t => Parse(element, t)).ToList();
            var array = Array.CreateInstance(element, items.Count);
            ((ICollection)items).CopyTo(array, 0);
            return typeof(ImmutableArray).GetMethods().Single(m => m.Name == "ToImmutableArray" && m.GetParameters()[0].ParameterType is { IsGenericType: true } p && p.GetGenericTypeDefinition() == typeof(IEnumerable<>))
                .MakeGenericMethod(element).Invoke(null, [array]);
        }

        return Convert.ChangeType(text, Nullable.GetUnderlyingType(type) ?? type, CultureInfo.InvariantCulture);
    }

    // FUNCTION([DISTINCT] $1 TYPE, …) [FILTER $2] TYPE
    private static AggregateCall Call(string text)
    {
        var m = CallPattern().Match(text);
        if (!m.Success) throw new FormatException($"not a call: {text}");
        var arguments = m.Groups["args"].Value.Trim() is "*" or "" ? [] : TopLevel(m.Groups["args"].Value).Select(a => a.Trim().Split(' ', 2)).ToArray();
        return new AggregateCall(
            m.Groups["name"].Value, [.. arguments.Select(a => Number(a[0][1..]))], [.. arguments.Select(a => SqlTypeText.Parse(a[1]))],
            m.Groups["filter"].Success ? Number(m.Groups["filter"].Value) : -1, m.Groups["distinct"].Success, SqlTypeText.Parse(m.Groups["type"].Value));
    }

    [GeneratedRegex(@"^\s*(?<name>[A-Z_]+)\((?<distinct>DISTINCT )?(?<args>.*?)\)\s*(FILTER \$(?<filter>\d+)\s+)?(?<type>[A-Z].*)$")]
    private static partial Regex CallPattern();

    private static List<string> TopLevel(string text)
    {
        var parts = new List<string>();
        int depth = 0, start = 0;
        for (int i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && text[i] is '(' or '<' or '{') depth++;
            else if (i < text.Length && text[i] is ')' or '>' or '}') depth--;
            else if (i == text.Length || (text[i] == ',' && depth == 0))
            {
                if (text[start..i].Trim() is { Length: > 0 } part) parts.Add(part);
                start = i + 1;
            }
        }

        return parts;
    }

    private static Schema SchemaOf(string text) => new(text.Trim().Length == 0 ? [] : SqlTypeText.Parse($"ROW<{text}>").Fields);

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static string Code(string line)
    {
        int comment = line.IndexOf('#', StringComparison.Ordinal);
        return (comment < 0 ? line : line[..comment]).Trim();
    }
}
