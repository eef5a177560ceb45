using System.Globalization;
using DuckDB.NET.Data;
using OrleansStream.Columns;

namespace OrleansStream.Bench;

/// <summary>DuckDB in this process, one thread, over a table in its memory.</summary>
internal sealed class Duck : IDisposable
{
    private readonly DuckDBConnection _connection = new("DataSource=:memory:");

    public Duck()
    {
        _connection.Open();
        Execute("SET threads = 1");
    }

    /// <summary>Creates a table of the batches' rows; BIGINT, BOOLEAN, TIMESTAMP(3) and STRING columns.</summary>
    public void Load(string table, Schema schema, IEnumerable<Batch> batches)
    {
        Execute($"CREATE TABLE {table} ({string.Join(", ", schema.Fields.Select(f => $"\"{f.Name}\" {TypeOf(f.Type)}"))})");
        using var appender = _connection.CreateAppender(table);
        foreach (var batch in batches)
        {
            for (int r = 0; r < batch.Length; r++)
            {
                var row = appender.CreateRow();
                foreach (var column in batch.Columns)
                {
                    if (column.IsNull(r)) row.AppendNullValue();
                    else if (column is FixedColumn<byte> flags) row.AppendValue(flags.Values[r] != 0);
                    else if (column is TextColumn text) row.AppendValue(System.Text.Encoding.UTF8.GetString(text[r]));
                    else if (column.Type.IsTimestamp) row.AppendValue(DateTime.UnixEpoch.AddMilliseconds(((FixedColumn<long>)column).Values[r]));
                    else row.AppendValue(((FixedColumn<long>)column).Values[r]);
                }
                row.EndRow();
            }
        }
    }

    /// <summary>The only row of a query, columns separated by colons.</summary>
    public string Query(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        reader.Read();
        return string.Join(':', Enumerable.Range(0, reader.FieldCount).Select(i => Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture)));
    }

    public void Dispose() => _connection.Dispose();

    private static string TypeOf(SqlType type) => type.IsTimestamp ? "TIMESTAMP_MS" : type.IsText ? "VARCHAR" : type.Kind == TypeKind.Boolean ? "BOOLEAN" : "BIGINT";

    private void Execute(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
