using System.Reflection;
using OrleansStream.Bench;

// usage: [name…] [--rows N] [--core N] [--write]
//   name     benchmarks to run (no name: all); --list shows them
//   --rows   rows of input, where a benchmark can choose
//   --core   the one core that everything runs on (default 0)
//   --write  puts the tables into docs/PERFORMANCE.md
var names = new HashSet<string>();
long rows = 0;
int core = 0;
bool write = false, list = false;
for (int i = 0; i < args.Length; i++)
{
    switch (args[i])
    {
        case "--rows": rows = long.Parse(args[++i], null); break;
        case "--core": core = int.Parse(args[++i], null); break;
        case "--write": write = true; break;
        case "--list": list = true; break;
        default: names.Add(args[i]); break;
    }
}

var all = Assembly.GetExecutingAssembly().GetTypes()
    .Select(t => (Type: t, Mark: t.GetCustomAttribute<BenchmarkAttribute>()!)).Where(t => t.Mark is not null)
    .ToDictionary(t => t.Mark.Name);
if (names.FirstOrDefault(n => !all.ContainsKey(n)) is { } unknown)
{
    Console.Error.WriteLine($"no benchmark '{unknown}'; there are: {string.Join(", ", all.Keys.Order())}");
    return 2;
}

if (list)
{
    foreach (var (_, mark) in all.Values.OrderBy(b => b.Mark.Name)) Console.WriteLine($"{mark.Name,-20} {mark.What}");
    return 0;
}

Machine.PinTo(core);
Console.Error.WriteLine($"{Machine.Describe()}, {Machine.Commit}");
foreach (var (type, mark) in all.Values.Where(b => names.Count == 0 || names.Contains(b.Mark.Name)).OrderBy(b => b.Mark.Name))
{
    string name = mark.Name;
    var benchmark = (Benchmark)Activator.CreateInstance(type)!;
    var figures = new List<Figure>();
    foreach (var group in benchmark.Groups(rows))
    {
        Console.Error.WriteLine($"{name}: {group.Input}");
        List<Figure> of = [.. Measure.Run(group), .. benchmark.Peers(group)];
        // Who gives another result has done other work: its time says nothing.
        if (of.Select(f => f.Check).Distinct().Count() > 1)
            throw new InvalidOperationException($"results differ: {string.Join("; ", of.Select(f => $"{f.Name} {f.Check}"))}");
        figures.AddRange(of);
    }

    string command = $"dotnet run -c Release --project bench/micro -- {name}{(rows > 0 ? $" --rows {rows}" : "")}";
    string table = Report.Table(mark.What, command, figures);
    Console.WriteLine(table);
    if (write) Report.Write("docs/PERFORMANCE.md", name, table);
}

return 0;
