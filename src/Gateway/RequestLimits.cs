namespace OrleansStream.Gateway;

/// <summary>How large a request may be.</summary>
public static class RequestLimits
{
    /// <summary>Characters of a script.</summary>
    public const int SqlCharacters = 1024 * 1024;

    /// <summary>Bytes of a request body: a script of the largest size, should JSON escape some of its characters, and the settings.</summary>
    public const int BodyBytes = 2 * SqlCharacters;

    /// <summary>Characters of a job's name.</summary>
    public const int NameCharacters = 100;
}
