namespace OrleansStream.Reliability.Tests.Jobs;

/// <summary>How much a job reads, and how fast: a job lasts <c>Rows / PerSecond</c> seconds.</summary>
internal sealed record Size(int Rows, int PerSecond);

/// <summary>
/// A job that proves itself: what it must write is computed here, row by row and one after the other, from the same numbers. Its table <c>f</c> is the file sink.
/// </summary>
internal abstract class CheckedJob
{
    public abstract string Name { get; }

    /// <summary>DDL of the sources and of the columns of <c>f</c>, and the query.</summary>
    protected abstract (string Sources, string Columns, string Query) Sql(Size size);

    /// <summary>The lines that the sink must hold, in any order; of a changelog, the rows that it must amount to.</summary>
    public abstract IEnumerable<string> Expected(Size size);

    /// <summary>Rows of all sources.</summary>
    public virtual int RowsIn(Size size) => size.Rows;

    /// <summary>The sink takes updates: <c>changelog-json</c>.</summary>
    public virtual bool Changelog => false;

    public string Script(Size size, string path)
    {
        var (sources, columns, query) = Sql(size);
        string format = Changelog ? "changelog-json" : "json";
        return $"{sources}\nCREATE TABLE f ({columns}) WITH ('connector' = 'filesystem', 'path' = '{path}', 'format' = '{format}');\nINSERT INTO f {query};";
    }

    /// <summary>The numbers 0 … rows-1 in <c>n</c>, at a pace.</summary>
    /// <param name="more">further columns.</param>
    protected static string Numbers(string table, int rows, int perSecond, string more = "", int splits = 1) =>
        $"CREATE TABLE {table} (n BIGINT{more}) WITH ('connector' = 'datagen', 'rows-per-second' = '{perSecond}', 'scan.parallelism' = '{splits}', "
        + $"'fields.n.kind' = 'sequence', 'fields.n.start' = '0', 'fields.n.end' = '{rows - 1}');";

    protected static string Line(params (string Name, object Value)[] fields) =>
        "{" + string.Join(',', fields.Select(f => $"\"{f.Name}\":{(f.Value is string text ? $"\"{text}\"" : f.Value)}")) + "}";
}
