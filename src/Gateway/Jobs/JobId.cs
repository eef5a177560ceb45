using System.Security.Cryptography;
using OrleansStream.Engine.Checkpoints;

namespace OrleansStream.Gateway.Jobs;

/// <summary>Names of jobs: readable, since they are what dashboards, folders and logs show.</summary>
public static class JobId
{
    /// <summary>The tenant of everybody while there is one.</summary>
    public const string Tenant = "default";

    // No 0/o, 1/l/i: ids are read aloud and typed.
    private const string Alphabet = "23456789abcdefghjkmnpqrstuvwxyz";
    private const int Suffix = 6;
    private const int LongestSlug = 40;

    /// <summary>The name in lower case with everything but letters and digits as '-', and six random characters: <c>flights-k3v9ta</c>.</summary>
    public static string New(string name)
    {
        string slug = string.Join('-', Words(name));
        if (slug.Length > LongestSlug) slug = slug[..LongestSlug].TrimEnd('-');
        return $"{(slug.Length == 0 ? "job" : slug)}-{RandomNumberGenerator.GetString(Alphabet, Suffix)}";
    }

    /// <summary>The job's key in stores and grains; null when the text cannot be an id.</summary>
    public static JobKey? Key(string id) =>
        id.Length is > 0 and <= LongestSlug + Suffix + 1 && id.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-') ? new JobKey(Tenant, id) : null;

    private static string[] Words(string name) =>
        new string([.. name.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : ' ')]).Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
