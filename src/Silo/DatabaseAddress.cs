using System.Net.Sockets;
using Npgsql;

namespace OrleansStream.Silo;

/// <summary>A PostgreSQL database as people name it, and what is said when it cannot be used. Passwords are in no message.</summary>
public static class DatabaseAddress
{
    /// <summary>
    /// Npgsql's connection string for <c>postgres://user:password@host:port/database?key=value</c>, or for the pairs <c>Host=…;Database=…</c> that it takes itself.
    /// </summary>
    /// <exception cref="FormatException">neither; the message says why.</exception>
    public static string Parse(string text)
    {
        try
        {
            var parsed = text.Contains("://", StringComparison.Ordinal) ? FromUrl(text) : new NpgsqlConnectionStringBuilder(text);
            if (string.IsNullOrEmpty(parsed.Host)) throw new FormatException("a database needs a host: postgres://user@host:5432/database, or Host=…;Database=…");
            return parsed.ConnectionString;
        }
        catch (ArgumentException e)
        {
            throw new FormatException($"not a database that can be connected to: {e.Message}", e);
        }
    }

    /// <summary>Host, port and database: what may be shown.</summary>
    public static string Name(string connectionString)
    {
        var parsed = new NpgsqlConnectionStringBuilder(connectionString);
        return $"PostgreSQL {parsed.Host}:{parsed.Port}/{parsed.Database ?? parsed.Username}";
    }

    /// <summary>One sentence for the person who starts a process, and what to do.</summary>
    internal static string Explain(string connectionString, NpgsqlException cause)
    {
        var parsed = new NpgsqlConnectionStringBuilder(connectionString);
        string name = Name(connectionString);
        return cause switch
        {
            PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } => $"{name}: there is no such database; create it: createdb -h {parsed.Host} -p {parsed.Port} {parsed.Database}",
            PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification } p => $"{name}: {p.MessageText}; check user and password",
            PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } p => $"{name}: {p.MessageText}; the user must be allowed to create tables and functions",
            PostgresException p => $"{name}: {p.MessageText} ({p.SqlState})",
            { InnerException: SocketException s } => $"{name} cannot be reached: {s.Message}; is the server up, and are host and port right?",
            _ => $"{name} cannot be used: {cause.Message}",
        };
    }

    private static NpgsqlConnectionStringBuilder FromUrl(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("postgres" or "postgresql"))
            throw new FormatException("a database is named as postgres://user:password@host:port/database");
        string[] user = url.UserInfo.Split(':', 2);
        var parsed = new NpgsqlConnectionStringBuilder { Host = url.Host, Port = url.Port < 0 ? NpgsqlConnection.DefaultPort : url.Port };
        if (user[0].Length > 0) parsed.Username = Uri.UnescapeDataString(user[0]);
        if (user.Length > 1) parsed.Password = Uri.UnescapeDataString(user[1]);
        if (url.AbsolutePath.Trim('/') is { Length: > 0 } database) parsed.Database = Uri.UnescapeDataString(database);
        foreach (string pair in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] option = pair.Split('=', 2);
            // libpq's spelling of the one option that every provider's URL has.
            string key = option[0] == "sslmode" ? "SSL Mode" : option[0];
            parsed[key] = option.Length > 1 ? Uri.UnescapeDataString(option[1]).Replace("-", "", StringComparison.Ordinal) : "true";
        }

        return parsed;
    }
}
