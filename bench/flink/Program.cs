using OrleansStream.Bench.Flink;

// usage: speed|check [query…] [--core N] [--reps N] [--write]
//   speed    each query on Flink and on ostream, one core; a line each as it is done, the table at the end
//   check    the results against Flink's tables, over shard counts and batch sizes
//   query    as the table names it, or its first word (no query: all)
//   --core   the core for both engines (default: the last)
//   --reps   repetitions of each (default 1)
//   --write  puts the table into docs/PERFORMANCE.md
int core = Environment.ProcessorCount - 1, reps = 1;
bool write = false;
var names = new List<string>();
for (int i = 1; i < args.Length; i++)
{
    switch (args[i])
    {
        case "--core": core = int.Parse(args[++i], null); break;
        case "--reps": reps = int.Parse(args[++i], null); break;
        case "--write": write = true; break;
        default: names.Add(args[i]); break;
    }
}

var reference = new Reference();
string ostream = Path.Combine(AppContext.BaseDirectory, "../../../../../src/Cli/bin/Release/net10.0/ostream");
switch (args.FirstOrDefault())
{
    case "speed":
        return Speed.Run(reference, ostream, Query.All.Where(q => names.Count == 0 || names.Contains(q.Label) || names.Contains(q.Label.Split(',')[0])), core, reps, write);
    case "check":
        return Check.Run(reference, ostream, names);
    default:
        Console.Error.WriteLine("usage: speed|check [query…] [--core N] [--reps N] [--write]");
        return 2;
}
