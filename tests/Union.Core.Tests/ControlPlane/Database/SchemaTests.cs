using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;
using Union.Core.ControlPlane.Database;
using Union.Testing;

namespace Union.Core.Tests.ControlPlane.Database;

/// <summary>Both engines have the same tables: columns, types, nullability, keys and indexes.</summary>
public sealed class SchemaTests
{
    [Fact]
    public async Task Columns_OfBothEngines_AreTheSame()
    {
        const string sqliteSql = """
            select t.name || '.' || c.name || ' '
                   || case lower(c.type) when 'integer' then 'bigint' when 'blob' then 'bytea' when 'real' then 'double precision'
                                         else lower(c.type) end
                   || case when c."notnull" = 1 or c.pk > 0 then ' not null' else '' end
              from sqlite_master t, pragma_table_info(t.name) c
             where t.type = 'table' and t.name not like 'sqlite_%' and t.name <> 'SchemaVersions'
            """;
        const string postgresSql = """
            select table_name || '.' || column_name || ' ' || data_type || case is_nullable when 'NO' then ' not null' else '' end
              from information_schema.columns
             where table_schema = 'public' and table_name <> 'schemaversions'
            """;

        var (sqlite, postgres) = await BothAsync(sqliteSql, postgresSql);

        Assert.True(sqlite.Count > 100, $"only {sqlite.Count} columns were found");
        Assert.Equal(sqlite, postgres);
    }

    // A key is the same in any order of its columns, and each engine's planner likes its own; PostgreSQL has some keys as
    // indexes on what is never empty.
    [Fact]
    public async Task UniqueKeysAndIndexes_OfBothEngines_AreTheSame()
    {
        const string sqliteSql = """
            select case i.origin when 'c' then i.name || ' ' || i."unique" || ' ' || i.partial else t.name end || ' '
                   || (select group_concat(name, ',')
                         from (select name from pragma_index_info(i.name)
                                order by case when i.origin = 'c' then '' else name end, seqno))
              from sqlite_master t, pragma_index_list(t.name) i
             where t.type = 'table' and t.name not like 'sqlite_%' and t.name <> 'SchemaVersions'
               and i.name not in ('attempts_of_action', 'phase_events_of_action') -- for SQLite's foreign keys alone
            """;
        const string postgresSql = """
            select case when key then t.relname
                        else c.relname || ' ' || i.indisunique::int || ' ' || (i.indpred is not null)::int end || ' '
                   || (select string_agg(a.attname, ',' order by case when not key then '' else a.attname end, n)
                         from unnest(i.indkey) with ordinality as x (num, n)
                         join pg_attribute a on a.attrelid = t.oid and a.attnum = x.num)
              from pg_index i
              join pg_class c on c.oid = i.indexrelid
              join pg_class t on t.oid = i.indrelid
              left join pg_constraint k on k.conindid = i.indexrelid and k.contype in ('p', 'u')
             cross join lateral (select k.conname is not null
                                        or (i.indisunique and pg_get_expr(i.indpred, i.indrelid) like '(% <> ''''::text)')) as l (key)
             where t.relnamespace = 'public'::regnamespace and t.relname <> 'schemaversions'
               and not (i.indisprimary and i.indnatts = 1 and (select attidentity from pg_attribute a
                         where a.attrelid = t.oid and a.attnum = i.indkey[0]) <> '')
            """;

        var (sqlite, postgres) = await BothAsync(sqliteSql, postgresSql);

        Assert.Equal(sqlite, postgres);
    }

    private static async Task<(IReadOnlyList<string> Sqlite, IReadOnlyList<string> Postgres)> BothAsync(
        string sqliteSql, string postgresSql)
    {
        using var folder = new TemporaryFolder();
        await using (MetadataDatabase.Open(folder["control.db"]))
        {
        }

        await using var file = new SqliteConnection($"Data Source={folder["control.db"]};Pooling=False");
        var options = await TestDatabases.MigratedAsync();
        await using var server = new NpgsqlConnection(options.Migrations!.Reveal() + ";Pooling=false");
        return (
            [.. (await file.QueryAsync<string>(sqliteSql)).Order(StringComparer.Ordinal)],
            [.. (await server.QueryAsync<string>(postgresSql)).Order(StringComparer.Ordinal)]);
    }
}
