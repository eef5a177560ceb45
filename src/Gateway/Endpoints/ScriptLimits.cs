namespace OrleansStream.Gateway.Endpoints;

/// <summary>What every endpoint that takes a script asks of it.</summary>
internal static class ScriptLimits
{
    /// <summary>Why the script cannot be taken; null = it can.</summary>
    public static string? Invalid(string? sql) =>
        string.IsNullOrWhiteSpace(sql) ? "'sql' must hold a script"
        : sql.Length > RequestLimits.SqlCharacters ? $"'sql' may have {RequestLimits.SqlCharacters} characters, this one has {sql.Length}"
        : null;
}
