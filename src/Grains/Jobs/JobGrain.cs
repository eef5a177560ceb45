using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using OrleansStream.Contracts;
using OrleansStream.Engine.Checkpoints;
using OrleansStream.Engine.Plan;
using OrleansStream.Grains.Runs;
using JobState = OrleansStream.Contracts.JobState;
using StopKind = OrleansStream.Contracts.StopKind;

namespace OrleansStream.Grains.Jobs;

[GenerateSerializer, Alias("job-state")]
public sealed class JobRecord
{
    [Id(0)] public JobSubmission? Submission { get; set; }
    [Id(1)] public DateTimeOffset Submitted { get; set; }

    /// <summary>Set when the job has ended.</summary>
    [Id(2)] public JobStatus? Last { get; set; }

    /// <summary>The last 50, oldest first.</summary>
    [Id(3)] public ImmutableArray<RestartStatus> Restarts { get; set; } = [];
}

/// <summary>A job's front door. It holds nothing that a run needs: the journal does.</summary>
[GrainType("job")]
public sealed class JobGrain([PersistentState("job")] IPersistentState<JobRecord> record, RunServices services, ILogger<JobGrain> log) : Grain, IJobGrain, IJobRecord
{
    private static readonly TimeSpan AskRun = TimeSpan.FromSeconds(1);

    private JobKey Key => JobKey.Parse(this.GetPrimaryKeyString());

    public async Task SubmitAsync(JobSubmission submission)
    {
        var state = record.State;
        if (state.Submission is { } held && (held.Plan != submission.Plan || held.Sql != submission.Sql))
            throw new InvalidOperationException($"job {Key} was submitted before, with another plan");
        PlanJson.Read(submission.Plan);
        if (state.Submission is null)
        {
            state.Submission = submission;
            state.Submitted = services.Time.GetUtcNow();
            await record.WriteStateAsync();
            await services.Grains.GetGrain<ICatalogGrain>(Key.Tenant).AddJobAsync(new JobRow(Key.Job, submission.Name, state.Submitted));
        }

        var head = await services.Journal.ReadAsync(Key, CancellationToken.None);
        if (head.Version == 0) await services.Journal.TryAppendAsync(Key, 0, new DesiredEntry(DesiredState.Running, "submitted"), CancellationToken.None);
        await BeginAsync();
    }

    public async Task BeginAsync()
    {
        if (record.State.Submission is not { } submission) return;
        var head = await services.Journal.ReadAsync(Key, CancellationToken.None);
        if (head.Begin is not null || head.Desired?.State != DesiredState.Running) return;
        var plan = PlanJson.Read(submission.Plan);
        plan = plan with { Settings = plan.Settings.SetItems(submission.Settings) };
        await RunStart.BeginAsync(services.Grains, services.Agents.Here, Key.ToString(), 1, new RunBegin("submitted", true, PlanJson.Write(plan), []));
    }

    public async Task<JobStatus?> StatusAsync()
    {
        var head = await services.Journal.ReadAsync(Key, CancellationToken.None);
        if (head.Version == 0) return null;
        if (record.State.Last is { } last && head.Desired?.State != DesiredState.Running) return Named(last);
        return Named(await AskAsync(head) ?? FromJournal(head));
    }

    public async Task<JobStatus?> StopAsync(StopKind kind)
    {
        if (kind == StopKind.Savepoint) throw new NotSupportedException("savepoints cannot be taken yet: stop with a checkpoint, or cancel");
        var wanted = new DesiredEntry(kind == StopKind.Cancel ? DesiredState.Cancelled : DesiredState.Stopped, "asked for");
        while (true)
        {
            var head = await services.Journal.ReadAsync(Key, CancellationToken.None);
            if (head.Version == 0) return null;
            if (head.Desired?.State == DesiredState.Running && !await services.Journal.TryAppendAsync(Key, head.Version, wanted, CancellationToken.None)) continue;
            await TellRunAsync(head, kind);
            return await StatusAsync();
        }
    }

    public async Task RecordAsync(JobStatus last)
    {
        record.State.Last = last;
        await record.WriteStateAsync();
        if (record.State.Submission is { Collect: true }) await services.Grains.GetGrain<IResultGrain>(Key.ToString()).CompleteAsync(Fault(last));
    }

    public async Task RestartedAsync(RestartStatus restart)
    {
        record.State.Restarts = [.. record.State.Restarts.TakeLast(49), restart];
        await record.WriteStateAsync();
    }

    private static JobFault? Fault(JobStatus last) => last.State switch
    {
        JobState.Failed => last.Faults.FirstOrDefault() ?? new JobFault(FaultCodes.Unexpected, last.Why ?? "the query failed", null, last.Since),
        JobState.Cancelled => last.Faults.FirstOrDefault() ?? new JobFault(FaultCodes.Cancelled, "the query was cancelled", null, last.Since),
        _ => null,
    };

    private async Task TellRunAsync(JournalHead head, StopKind kind)
    {
        if (head.Generation == 0) return;
        try
        {
            await Run(head).StopAsync(kind);
        }
        catch (Exception e) when (e is TimeoutException or OrleansException)
        {
            // The journal says it: whoever looks at the job next does not begin it.
            Log.RunSilent(log, RunGrain.KeyOf(Key.ToString(), head.Generation), e.Message);
        }
    }

    private async Task<JobStatus?> AskAsync(JournalHead head)
    {
        if (head.Generation == 0) return null;
        try
        {
            return await Run(head).StatusAsync().WaitAsync(AskRun, services.Time);
        }
        catch (Exception e) when (e is TimeoutException or OrleansException)
        {
            return null;
        }
    }

    private IRunGrain Run(JournalHead head) => services.Grains.GetGrain<IRunGrain>(RunGrain.KeyOf(Key.ToString(), head.Generation));

    private JobStatus FromJournal(JournalHead head) => new()
    {
        Id = Key.Job,
        Tenant = Key.Tenant,
        Name = Key.Job,
        State = head.Desired?.State is null or DesiredState.Running ? (head.Generation <= 1 ? JobState.Starting : JobState.Restarting) : RunStatus.Final(head.Desired.State),
        Why = head.Desired?.State is null or DesiredState.Running ? head.Begin?.Cause : head.Desired.Reason,
        Since = record.State.Submitted,
        Generation = head.Generation,
        Epoch = head.Publish?.Epoch ?? 0,
    };

    private JobStatus Named(JobStatus status) => status with { Name = record.State.Submission?.Name ?? status.Name, Sql = record.State.Submission?.Sql, Restarts = record.State.Restarts };
}
