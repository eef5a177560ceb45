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

    /// <summary>Asked of this job; the last 50, oldest first.</summary>
    [Id(4)] public ImmutableArray<SavepointStatus> Savepoints { get; set; } = [];

    /// <summary>How many were ever asked for: the number in the next one's id.</summary>
    [Id(5)] public int SavepointCount { get; set; }
}

/// <summary>A job's front door. It holds nothing that a run needs: the journal does.</summary>
[GrainType("job")]
public sealed class JobGrain([PersistentState("job")] IPersistentState<JobRecord> record, RunServices services, ILogger<JobGrain> log) : Grain, IJobGrain, IJobRecord
{
    private static readonly TimeSpan AskRun = TimeSpan.FromSeconds(1);

    private JobSavepoints? _savepoints;

    private JobSavepoints Savepoints => _savepoints ??= new JobSavepoints(services, Key, log);

    private JobKey Key => JobKey.Parse(this.GetPrimaryKeyString());

    public async Task SubmitAsync(JobSubmission submission)
    {
        var state = record.State;
        if (state.Submission is { } held && (held.Plan != submission.Plan || held.Sql != submission.Sql))
            throw new InvalidOperationException($"job {Key} was submitted before, with another plan");
        var plan = PlanJson.Read(submission.Plan);
        if (state.Submission is null && submission.FromSavepoint is { } from)
        {
            if (submission.Collect) throw new SavepointRefusedException(SavepointRefusal.NoState, "a SELECT keeps no state: it cannot begin from a savepoint");
            await Savepoints.FitAsync(from, plan, submission.DropState);
        }

        if (state.Submission is null)
        {
            state.Submission = submission;
            state.Submitted = services.Time.GetUtcNow();
            await record.WriteStateAsync();
            await services.Grains.GetGrain<ICatalogGrain>(Key.Tenant).AddJobAsync(new JobRow(Key.Job, submission.Name, state.Submitted));
        }

        var head = await services.Journal.ReadAsync(Key, CancellationToken.None);
        if (head.Version == 0) await services.Journal.TryAppendAsync(Key, 0, new DesiredEntry(DesiredState.Running, "submitted"), CancellationToken.None);
        try
        {
            await BeginAsync();
        }
        catch (Exception e) when (e is TimeoutException or OrleansException)
        {
            // The journal says that the job ought to run: the agents begin what nobody began.
            Log.BeginFailed(log, Key.ToString(), 1, e.Message);
        }
    }

    public async Task BeginAsync()
    {
        if (record.State.Submission is not { } submission) return;
        var head = await services.Journal.ReadAsync(Key, CancellationToken.None);
        if (head.Begin is not null || head.Desired?.State != DesiredState.Running) return;
        var plan = PlanJson.Read(submission.Plan);
        if (submission.FromSavepoint is { } from && head.Publish is null)
        {
            // As if a generation before the first had published it: from here on nothing is special.
            var manifest = await Savepoints.FitAsync(from, plan, submission.DropState);
            await services.Journal.TryAppendAsync(Key, head.Version, new PublishEntry(0, manifest.Epoch, manifest), CancellationToken.None);
        }

        plan = plan with { Settings = plan.Settings.SetItems(submission.Settings) };
        await RunStart.BeginAsync(services.Grains, services.Agents.Here, Key.ToString(), 1, new RunBegin("submitted", true, PlanJson.Write(plan), []));
    }

    public async Task<JobStatus?> StatusAsync()
    {
        var head = await services.Journal.ReadAsync(Key, CancellationToken.None);
        if (head.Version == 0) return null;
        if (head.Desired?.State != DesiredState.Running) await SettleAsync();
        if (record.State.Last is { } last && head.Desired?.State != DesiredState.Running) return Named(last);
        return Named(await AskAsync(head) ?? FromJournal(head));
    }

    public async Task<JobStatus?> StopAsync(StopKind kind)
    {
        string? savepoint = kind == StopKind.Savepoint && record.State.Submission is not null ? (await AskSavepointAsync()).Id : null;
        var wanted = new DesiredEntry(kind == StopKind.Cancel ? DesiredState.Cancelled : DesiredState.Stopped, "asked for");
        while (true)
        {
            var head = await services.Journal.ReadAsync(Key, CancellationToken.None);
            if (head.Version == 0) return null;
            if (head.Desired?.State == DesiredState.Running && !await services.Journal.TryAppendAsync(Key, head.Version, wanted, CancellationToken.None)) continue;
            await TellRunAsync(head, run => run.StopAsync(kind, savepoint));
            await SettleAsync();
            return await StatusAsync();
        }
    }

    public async Task RecordAsync(JobStatus last)
    {
        record.State.Last = last;
        await record.WriteStateAsync();
        await SettleAsync();
        if (record.State.Submission is { Collect: true }) await services.Grains.GetGrain<IResultGrain>(Key.ToString()).CompleteAsync(Fault(last));
    }

    public async Task RestartedAsync(RestartStatus restart)
    {
        record.State.Restarts = [.. record.State.Restarts.TakeLast(49), restart];
        await record.WriteStateAsync();
        await SettleAsync();
    }

    public async Task<SavepointStatus?> SavepointAsync()
    {
        if (record.State.Submission is null) return null;
        var asked = await AskSavepointAsync();
        await SettleAsync();
        return record.State.Savepoints.Single(s => s.Id == asked.Id);
    }

    public async Task SavepointAsync(SavepointStatus savepoint)
    {
        record.State.Savepoints = JobSavepoints.With(record.State.Savepoints, savepoint);
        await record.WriteStateAsync();
    }

    private async Task<SavepointStatus> AskSavepointAsync()
    {
        if (record.State.Submission is { Collect: true }) throw new SavepointRefusedException(SavepointRefusal.NoState, "a SELECT keeps no state: there is nothing to save");
        var asked = new SavepointStatus($"{Key.Job}-{++record.State.SavepointCount}", Key.Job, SavepointState.Pending, services.Time.GetUtcNow());
        await SavepointAsync(asked);
        return asked;
    }

    // Wishes outlive the run that heard them: the one that lives is told again, and what a job left open when it ended is made from its last checkpoint.
    private async Task SettleAsync()
    {
        var pending = record.State.Savepoints.Where(s => s.State == SavepointState.Pending).ToArray();
        if (pending.Length == 0) return;
        var head = await services.Journal.ReadAsync(Key, CancellationToken.None);
        bool ended = head.Desired?.State != DesiredState.Running && (record.State.Last is not null || await AskAsync(head) is null);
        foreach (var wish in pending)
        {
            if (await Savepoints.FindAsync(wish.Id) is { } found) await SavepointAsync(found);
            else if (ended) Savepoints.Copy(wish.Id, head, this.AsReference<IJobRecord>().SavepointAsync);
            else if (head.Desired?.State == DesiredState.Running) await TellRunAsync(head, run => run.SavepointAsync(wish.Id));
        }
    }

    private static JobFault? Fault(JobStatus last) => last.State switch
    {
        JobState.Failed => last.Faults.FirstOrDefault() ?? new JobFault(FaultCodes.Unexpected, last.Why ?? "the query failed", null, last.Since),
        JobState.Cancelled => last.Faults.FirstOrDefault() ?? new JobFault(FaultCodes.Cancelled, "the query was cancelled", null, last.Since),
        _ => null,
    };

    private async Task TellRunAsync(JournalHead head, Func<IRunGrain, Task> tell)
    {
        if (head.Generation == 0) return;
        try
        {
            await tell(Run(head));
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

    private JobStatus Named(JobStatus status) => status with { Name = record.State.Submission?.Name ?? status.Name, Sql = record.State.Submission?.Sql, Restarts = record.State.Restarts, Savepoints = record.State.Savepoints, FromSavepoint = record.State.Submission?.FromSavepoint };
}
