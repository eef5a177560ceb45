using OrleansStream.Figures;

// usage: state [--mib N] [--seconds N]      a job with that much keyed state on two processes: what epochs cost, and how long a restore takes
//        failing-sink [--seconds N]         a sink that takes nothing for that long, beside four other jobs
if (args.Length == 0 || args[0] is not ("state" or "failing-sink"))
{
    Console.Error.WriteLine("usage: state [--mib N] [--seconds N] | failing-sink [--seconds N]");
    return 2;
}

int Number(string option, int otherwise) => Array.IndexOf(args, option) is >= 0 and var at ? int.Parse(args[at + 1], System.Globalization.CultureInfo.InvariantCulture) : otherwise;

if (args[0] == "state") await StateFigures.RunAsync(Number("--mib", 1024), TimeSpan.FromSeconds(Number("--seconds", 20)));
else await FailingSink.RunAsync(TimeSpan.FromSeconds(Number("--seconds", 600)));
return 0;
