using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using OrleansStream.Cli.Output;
using OrleansStream.Columns;
using OrleansStream.Contracts;
using OrleansStream.Gateway.Jobs;

namespace OrleansStream.Cli;

/// <summary>One script on one silo of its own: plan, start, submit, show, sum up.</summary>
internal sealed class LocalRun(JobService jobs, string id, IResultOutput output, Interrupt interrupt)
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    private readonly long _started = Stopwatch.GetTimestamp();

    private TimeSpan Elapsed => Stopwatch.GetElapsedTime(_started);

    public static async Task<int> RunAsync(string sql, string name, Dictionary<string, string> settings, OutputFormat format, Interrupt interrupt)
    {
        // Nobody else wants this silo's cores.
        settings.TryAdd("parallelism.default", Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture));
        var outcome = await LocalPlanning.Service().PlanAsync(sql, settings, interrupt.Token);
        await Console.Error.WriteAsync(outcome.Printed);
        if (!outcome.Valid) return ExitCode.Failed;
        // Standard output belongs to the rows when a program reads them: explanations and `print` tables go beside it.
        var beside = format == OutputFormat.Jsonl ? Console.Error : Console.Out;
        foreach (string text in outcome.Explanations) await beside.WriteLineAsync(text);
        if (outcome.Job is not { } job) return ExitCode.Ok;

        await using var silo = await LocalSilo.StartAsync(beside.WriteLine);
        if (interrupt.ExitCode != 0) return interrupt.ExitCode;
        var jobs = silo.Services.GetRequiredService<JobService>();
        string id = await jobs.SubmitAsync(job, name);
        var output = Outputs.Create(format, job.Result);
        return await new LocalRun(jobs, id, output, interrupt).WatchAsync(job.Result);
    }

    /// <summary>Shows rows and progress until the job has ended; gives the exit code.</summary>
    private async Task<int> WatchAsync(Schema? result)
    {
        using var ended = new CancellationTokenSource();
        var reading = result is null ? Task.FromResult<JobFault?>(null) : ReadAsync(result, ended.Token);
        // A SELECT keeps no state, so there is nothing to save; a job with tables commits what it has.
        var status = await EndAsync(reading, result is null ? StopKind.Checkpointed : StopKind.Cancel);
        // A job that ended well has rows left to read; of any other, what was not read is given up.
        if (status.State != JobState.Finished) await ended.CancelAsync();
        var fault = await reading ?? (status.State == JobState.Failed ? status.Faults.FirstOrDefault() : null);

        output.End();
        Summary.Write(Console.Error, status, Elapsed);
        if (fault is not null) Summary.Fault(Console.Error, fault);
        return interrupt.ExitCode != 0 ? interrupt.ExitCode : fault is null && status.State == JobState.Finished ? ExitCode.Ok : ExitCode.Failed;
    }

    /// <summary>The status with which the job ended. The first signal stops it; then this waits for that end.</summary>
    private async Task<JobStatus> EndAsync(Task reading, StopKind onInterrupt)
    {
        bool stopping = false;
        while (true)
        {
            if (interrupt.ExitCode != 0 && !stopping)
            {
                stopping = true;
                await jobs.StopAsync(id, onInterrupt);
            }

            var status = await jobs.StatusAsync(id) ?? throw new InvalidOperationException($"job {id} is gone");
            if (status.Ended) return status;
            lock (output) output.Progress(Summary.Line(status, Elapsed));
            var tick = Task.Delay(Tick, stopping ? CancellationToken.None : interrupt.Token);
            await (reading.IsCompleted ? Task.WhenAny(tick) : Task.WhenAny(reading, tick));
        }
    }

    /// <summary>Shows rows until the query has given its last one; gives the fault that ended it early.</summary>
    private async Task<JobFault?> ReadAsync(Schema schema, CancellationToken cancel)
    {
        var reader = jobs.Results(id);
        try
        {
            await foreach (byte[] page in reader.ReadAsync(cancel)) Show(page, schema);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
        }

        return reader.Fault;
    }

    /// <summary>A page holds one batch after the other.</summary>
    private void Show(byte[] page, Schema schema)
    {
        for (var rest = new ReadOnlySequence<byte>(page); !rest.IsEmpty;)
        {
            var batch = BatchFormat.Read(rest, schema, out long consumed);
            lock (output) output.Rows(batch);
            rest = rest.Slice(consumed);
        }
    }
}
