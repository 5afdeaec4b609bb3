using System.Data.Common;
using System.Net;
using Npgsql;
using Union.Core.Boundary;

namespace Union.Core.Storage;

/// <summary>A connection string as an operator writes it, with what Union needs of every connection.</summary>
internal static class PostgresConnection
{
    /// <summary>
    /// Row locks of a replica whose machine vanished end within a minute, not after the two hours of the kernel's own
    /// keep-alive. Every statement has an index to go by, which a table that was empty when the plan was made must not
    /// hide; that makes the few scans that there are look dear, for which the server would compile them, in 100 ms each. An
    /// index of a list has the list's order, and a bitmap, which has none, would read all of the list for a page.
    /// What writes goes by keys and by nothing else, so its plan is made once and kept: for a join of four tables it costs
    /// more than running it. What reads is planned anew (see <see cref="PostgresDatabase"/>).
    /// </summary>
    private const string SessionOptions =
        "-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3"
        + " -c idle_in_transaction_session_timeout=60s -c enable_seqscan=off -c enable_bitmapscan=off -c jit=off -c plan_cache_mode=force_generic_plan";

    /// <summary>Reads the string; TLS with a verified host is the default, and plain text leaves this machine never.</summary>
    /// <param name="key">The setting that it comes from, for errors. What it says is never repeated: it holds a password.</param>
    public static NpgsqlConnectionStringBuilder Parse(SecretValue text, string key)
    {
        NpgsqlConnectionStringBuilder builder;
        HashSet<string> given;
        try
        {
            builder = new NpgsqlConnectionStringBuilder(text.Reveal());
            given = [.. new DbConnectionStringBuilder { ConnectionString = text.Reveal() }.Keys.Cast<string>()
                .Select(k => k.Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant())];
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            throw Refused(
                "database_connection_malformed", $"{key} is no connection string.",
                "Write it as Host=db.example.com;Database=union;Username=union_service;Password=...");
        }

        if (string.IsNullOrEmpty(builder.Host) || string.IsNullOrEmpty(builder.Username))
        {
            throw Refused(
                "database_connection_malformed", $"{key} names no Host or no Username.",
                "Write it as Host=db.example.com;Database=union;Username=union_service;Password=...");
        }

        var socket = builder.Host.StartsWith('/');
        if (!given.Contains("sslmode"))
        {
            builder.SslMode = socket ? SslMode.Disable : SslMode.VerifyFull;
        }

        if (builder.SslMode < SslMode.Require && !socket && !builder.Host.Split(',').All(IsLoopback))
        {
            throw Refused(
                "database_plaintext", $"{key} allows plain text to another machine (SSL Mode={builder.SslMode}).",
                "Leave SSL Mode out, which means VerifyFull, and name the CA with Root Certificate=FILE.");
        }

        builder.ApplicationName ??= "union";
        builder.IncludeErrorDetail = false;
        builder.PersistSecurityInfo = false;
        builder.Timezone ??= "UTC";
        builder.Options ??= SessionOptions;
        return builder;
    }

    private static bool IsLoopback(string host) =>
        host.Split(':')[0] is "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address))
        || (IPAddress.TryParse(host.Split(':')[0], out address) && IPAddress.IsLoopback(address));

    private static UnionException Refused(string reason, string message, string hint) =>
        new(ErrorCode.FailedPrecondition, reason, message, hint);
}
