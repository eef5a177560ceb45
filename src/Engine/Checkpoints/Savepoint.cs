using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansStream.Engine.Checkpoints;

/// <summary>
/// A checkpoint that belongs to nobody: parts of its own and the plan that they were made by, under names that no job's housekeeping touches. Its output is committed;
/// any number of jobs may begin from it, and only a person deletes it.
/// </summary>
/// <param name="Id">within its tenant: <c>&lt;job&gt;-&lt;n&gt;</c>.</param>
/// <param name="Job">the job that it is of.</param>
/// <param name="TakenMs">ms since 1970, UTC.</param>
/// <param name="Plan">as JSON text.</param>
/// <param name="Manifest">whose parts are the savepoint's own, and whose committables are none.</param>
public sealed record Savepoint(int Format, string Id, string Job, long TakenMs, string Plan, Manifest Manifest)
{
    public const int CurrentFormat = 1;

    private const string Root = "~savepoints";
    private const string Document = "savepoint.json";

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        IgnoreReadOnlyProperties = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>Bytes of all parts.</summary>
    public long Bytes => Manifest.Shards.Sum(s => s.Bytes);

    /// <summary>What the names of all parts of a tenant's savepoints, or of one, begin with.</summary>
    public static string Folder(string tenant, string? id = null) => id is null ? $"{Root}/{tenant}/" : $"{Root}/{tenant}/{id}/";

    /// <summary>Name of the document, written last: a savepoint exists when it does.</summary>
    public static string DocumentOf(string tenant, string id) => Folder(tenant, id) + Document;

    public static bool IsDocument(string part) => part.EndsWith("/" + Document, StringComparison.Ordinal);

    /// <summary>Whether a part is a savepoint's: no job drops it.</summary>
    public static bool Holds(string part) => part.StartsWith(Root + "/", StringComparison.Ordinal);

    /// <summary>A shard's image with the savepoint's names for its parts. Another try at the same savepoint has other names: none writes over what another one reads.</summary>
    public static ShardImage Renamed(ShardImage image, string tenant, string id, int generation, long epoch) =>
        image with { Parts = [.. image.Parts.Select((_, i) => $"{Folder(tenant, id)}{generation}-{epoch}-{image.Stage}-{image.Shard}-{i}")] };

    /// <summary>The savepoint of a checkpoint whose parts were copied.</summary>
    public static Savepoint Of(Manifest manifest, JobKey job, string id, long takenMs, string plan) => new(
        CurrentFormat, id, job.Job, takenMs, plan,
        manifest with { Committables = ImmutableSortedDictionary<string, ImmutableArray<byte[]>>.Empty, Shards = [.. manifest.Shards.Select(s => Renamed(s, job.Tenant, id, manifest.Generation, manifest.Epoch))] });

    public static byte[] Write(Savepoint savepoint) => [.. JsonSerializer.SerializeToUtf8Bytes(savepoint, Options), (byte)'\n'];

    /// <exception cref="InvalidDataException">no savepoint of this version; the message names <paramref name="id"/>.</exception>
    public static Savepoint Read(ReadOnlySpan<byte> bytes, string id)
    {
        try
        {
            var read = JsonSerializer.Deserialize<Savepoint>(bytes, Options) ?? throw new JsonException("null");
            return read.Format == CurrentFormat ? read : throw new InvalidDataException($"savepoint '{id}' is of format {read.Format}; this version reads {CurrentFormat}");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"savepoint '{id}' is damaged: {e.Message}", e);
        }
    }
}
