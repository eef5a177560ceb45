using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace OrleansStream.Storage.AdoNet;

/// <summary>A database that holds journals and parts: SQLite in a file, or PostgreSQL. Statements are the same for both; scripts differ.</summary>
public sealed class AdoNetDatabase : IAsyncDisposable
{
    private readonly DbDataSource _source;
    private readonly string _script;

    private AdoNetDatabase(DbDataSource source, string script)
    {
        _source = source;
        _script = script;
    }

    /// <param name="file">path of the database, made if it is not there.</param>
    public static AdoNetDatabase Sqlite(string file)
    {
        // A busy database is waited for, since writers take turns.
        var text = new SqliteConnectionStringBuilder { DataSource = file, DefaultTimeout = 30 }.ToString();
        return new AdoNetDatabase(SqliteFactory.Instance.CreateDataSource(text), "Sqlite.sql");
    }

    public static AdoNetDatabase PostgreSql(string connectionString) => new(NpgsqlDataSource.Create(connectionString), "PostgreSQL.sql");

    /// <summary>Makes the tables that are not there. Safe to call from several processes at once.</summary>
    public async ValueTask PrepareAsync(CancellationToken cancel)
    {
        using var stream = typeof(AdoNetDatabase).Assembly.GetManifestResourceStream(_script)!;
        using var reader = new StreamReader(stream);
        string script = await reader.ReadToEndAsync(cancel);
        await using var connection = await _source.OpenConnectionAsync(cancel);
        if (_script == "Sqlite.sql")
        {
            await ExecuteAsync(connection, null, "PRAGMA journal_mode = WAL", [], cancel);
            await ExecuteAsync(connection, null, script, [], cancel);
            return;
        }

        // CREATE … IF NOT EXISTS of two sessions can collide in PostgreSQL's catalog: one after the other.
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await ExecuteAsync(connection, transaction, "SELECT pg_advisory_xact_lock(7027021894413411)", [], cancel);
        await ExecuteAsync(connection, transaction, script, [], cancel);
        await transaction.CommitAsync(cancel);
    }

    /// <summary>Makes writers of one part take turns until the transaction ends; null = the database lets only one write anyway.</summary>
    internal string? LockPart => _script == "Sqlite.sql" ? null : "SELECT pg_advisory_xact_lock(hashtextextended(@name, 7027021894413411))";

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    internal async ValueTask<DbConnection> OpenAsync(CancellationToken cancel)
    {
        var connection = await _source.OpenConnectionAsync(cancel);
        if (connection is SqliteConnection)
        {
            // WAL with FULL: a commit is durable when it returns.
            await ExecuteAsync(connection, null, "PRAGMA synchronous = FULL", [], cancel);
        }

        return connection;
    }

    internal static async ValueTask<int> ExecuteAsync(
        DbConnection connection, DbTransaction? transaction, string sql, (string Name, object Value)[] parameters, CancellationToken cancel)
    {
        await using var command = Command(connection, transaction, sql, parameters);
        return await command.ExecuteNonQueryAsync(cancel);
    }

    internal static DbCommand Command(DbConnection connection, DbTransaction? transaction, string sql, (string Name, object Value)[] parameters)
    {
        var command = connection.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // Callers pass constants; values come as parameters.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var (name, value) in parameters)
        {
            var p = command.CreateParameter();
            p.ParameterName = name;
            p.Value = value;
            command.Parameters.Add(p);
        }

        return command;
    }
}
