using System.CommandLine;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansStream.Gateway;
using OrleansStream.Silo;

namespace OrleansStream.Cli.Commands;

/// <summary><c>ostream serve</c>: silo and gateway in one process, with its state in a folder.</summary>
internal static class ServeCommand
{
    private const string DefaultUrl = "http://127.0.0.1:8083";

    public static Command Create()
    {
        var urls = new Option<string>("--urls")
        {
            Description = "Where to listen, separated by ';'; loopback addresses only.",
            HelpName = "url",
            DefaultValueFactory = _ => DefaultUrl,
        };
        urls.Validators.Add(result =>
        {
            foreach (string url in result.Tokens.SelectMany(t => t.Value.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)))
                if (Refusal(url) is { } why) result.AddError(why);
        });
        var silo = new SiloArguments();
        var command = new Command("serve", "Serve the HTTP API and run its jobs, alone or (with --database) together with other processes.") { urls };
        silo.AddTo(command);
        command.SetAction((parsed, _) => ServeAsync(parsed.GetRequiredValue(urls), silo.Read(parsed)));
        return command;
    }

    private static async Task<int> ServeAsync(string urls, SiloOptions options)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(urls);
        builder.Logging.ClearProviders().AddSimpleConsole(o => (o.SingleLine, o.UseUtcTimestamp, o.TimestampFormat) = (true, true, "yyyy-MM-dd HH:mm:ss.fff "));
        builder.Logging.AddFilter(null, LogLevel.Warning).AddFilter("OrleansStream", LogLevel.Information).AddFilter("Orleans.Runtime.Silo", LogLevel.Error);
        try
        {
            builder.AddOrleansStreamSilo(options);
        }
        catch (InvalidOperationException e)
        {
            throw new UsageException(e.Message);
        }

        builder.AddGateway("localhost", "127.0.0.1", "[::1]");
        await using var app = builder.Build();
        app.MapGateway();
        try
        {
            await app.StartAsync();
        }
        catch (IOException e)
        {
            throw new UsageException(e.Message);
        }

        string state = options.Database is { } database ? DatabaseAddress.Name(database) : Path.GetFullPath(options.StateFolder);
        foreach (string url in app.Urls)
            await Console.Out.WriteLineAsync($"OrleansStream listens on {url}, dashboard at {url}{Routes.Dashboard}, state in {state}");
        await app.WaitForShutdownAsync();
        return ExitCode.Ok;
    }

    /// <summary>Why an address is refused; null = it is not.</summary>
    private static string? Refusal(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttp) return $"--urls takes http://address:port, not '{url}'";
        return uri.Host == "localhost" || (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address))
            ? null
            : $"refusing to listen on {url}: there is no authentication yet, so anyone who reaches that address could run jobs; use a loopback address, such as {DefaultUrl}";
    }
}
