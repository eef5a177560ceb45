using Microsoft.Data.Sqlite;
using Npgsql;

namespace OrleansStream.Silo;

/// <summary>The database that Orleans keeps grain state (and, over several processes, its membership) in.</summary>
/// <param name="Invariant">Orleans' name for the driver: <c>System.Data.SQLite</c> loads Microsoft.Data.Sqlite.</param>
internal sealed record Database(string Invariant, string ConnectionString)
{
    // One writer of tables at a time, over all silos that start at once. Any constant of our own will do.
    private const long SetupLock = 0x6F73747265616D;

    public static Database Sqlite(string file) => new("System.Data.SQLite", new SqliteConnectionStringBuilder { DataSource = file }.ToString());

    public static Database PostgreSql(string connectionString) => new("Npgsql", connectionString);

    public bool IsPostgreSql => Invariant == "Npgsql";

    /// <summary>Creates what is absent. Orleans reads its queries when the silo starts, so this comes first.</summary>
    /// <exception cref="InvalidOperationException">the database cannot be used: one sentence for its user.</exception>
    public void Prepare()
    {
        try
        {
            if (IsPostgreSql) PreparePostgreSql();
            else PrepareSqlite();
        }
        catch (NpgsqlException e)
        {
            throw new InvalidOperationException(DatabaseAddress.Explain(ConnectionString, e), e);
        }
    }

    private void PrepareSqlite()
    {
        using var connection = new SqliteConnection(ConnectionString);
        connection.Open();
        using var command = connection.CreateCommand();
        // Readers then never wait for the writer; the mode is a property of the file.
        command.CommandText = "PRAGMA journal_mode = WAL;\n" + Script("Sqlite.sql");
        command.ExecuteNonQuery();
    }

    private void PreparePostgreSql()
    {
        using var connection = new NpgsqlConnection(ConnectionString);
        connection.Open();
        using var transaction = connection.BeginTransaction();
        using var take = new NpgsqlCommand($"SELECT pg_advisory_xact_lock({SetupLock}); SELECT to_regclass('orleansquery') IS NULL", connection, transaction);
        bool absent;
        using (var reader = take.ExecuteReader())
        {
            reader.NextResult();
            reader.Read();
            absent = reader.GetBoolean(0);
        }

        if (absent)
        {
            using var create = new NpgsqlCommand(Script("PostgreSQL.sql"), connection, transaction);
            create.ExecuteNonQuery();
        }

        transaction.Commit();
    }

    private static string Script(string name)
    {
        using var stream = typeof(Database).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"no script {name} in the assembly");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
