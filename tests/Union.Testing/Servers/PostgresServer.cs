using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Npgsql;
using Union.Core.Boundary;
using Union.Core.Storage;
using Xunit;

namespace Union.Testing.Servers;

/// <summary>A PostgreSQL of the tests' own, with TLS, the owner's role and the service's role.</summary>
/// <param name="observed">Plans of statements go to the log from the moment that <c>auto_explain.log_min_duration</c> is 0.</param>
public sealed class PostgresServer(bool durable, bool observed = false) : IAsyncLifetime
{
    private const string Owner = "union_owner";
    private const string Service = "union_service";

    private readonly TemporaryFolder _folder = new();
    // PostgreSQL refuses to copy a database twice at once.
    private readonly SemaphoreSlim _creating = new(1);
    private int _databases;

    public PostgresServer()
        : this(durable: false)
    {
    }

    /// <summary>Why there is no server here; null where there is one.</summary>
    public string? Absent { get; private set; }

    public int Port { get; private set; }

    /// <summary>The CA that its certificate is from.</summary>
    public string RootCertificate => _folder["server.crt"];

    /// <summary>What the server says.</summary>
    public string Log => _folder["log"];

    public int ProcessId => int.Parse(File.ReadLines(_folder["data/postmaster.pid"]).First(), CultureInfo.InvariantCulture);

    public async ValueTask InitializeAsync()
    {
        if (!Directory.Exists("/usr/lib/postgresql") && !File.Exists("/usr/bin/initdb"))
        {
            Absent = "Not installed: PostgreSQL (package postgresql).";
            return;
        }

        Port = FreePort();
        WriteCertificate();
        if (await StartAsync() is { } why)
        {
            Absent = $"PostgreSQL did not start: {why}";
            return;
        }

        await ExecuteAsync("postgres", $"create role {Owner} login; create role {Service} login;");
    }

    /// <summary>Starts it, again after it was killed; answers why it could not be.</summary>
    public async Task<string?> StartAsync()
    {
        var script = Path.Combine(RepositoryFiles.Root, "tests/Union.Testing/Servers/postgres.sh");
        var log = _folder["start.log"];
        // Into a file and not a pipe: the server inherits it, and a pipe would stay open as long as it lives.
        var start = new ProcessStartInfo("bash",
        [
            "-c", "exec bash \"$@\" >\"$0\" 2>&1", log, script, _folder.Path,
            Port.ToString(CultureInfo.InvariantCulture), durable ? "durable" : "fast", observed ? "observed" : "",
        ]);
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromMinutes(2)).Token);
        return process.ExitCode == 0 ? null : (await File.ReadAllLinesAsync(log)).LastOrDefault(l => l.Length > 0) ?? "no word";
    }

    /// <summary>As <c>kill -9</c> of the server: its children end by themselves.</summary>
    public async Task KillAsync()
    {
        using var server = Process.GetProcessById(ProcessId);
        server.Kill();
        await server.WaitForExitAsync();
    }

    /// <summary>A database owned by the owner's role: empty, or a copy of another that nobody is connected to.</summary>
    public async Task<PostgresOptions> CreateDatabaseAsync(PostgresOptions? template = null)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"test{Interlocked.Increment(ref _databases)}");
        var source = template is null
            ? "template1" : new NpgsqlConnectionStringBuilder(template.Connection.Reveal()).Database;
        await _creating.WaitAsync();
        try
        {
            await ExecuteAsync("postgres", $"create database {name} template {source} owner {Owner}");
        }
        finally
        {
            _creating.Release();
        }

        return new PostgresOptions(
            new SecretValue(ConnectionString(name, Service)), new SecretValue(ConnectionString(name, Owner)), 20);
    }

    /// <summary>As the server's administrator.</summary>
    public async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString(database, "postgres") + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Statements of tests, with names that tests make.
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    public string ConnectionString(string database, string role) => string.Create(
        CultureInfo.InvariantCulture,
        $"Host=localhost;Port={Port};Database={database};Username={role};Root Certificate={RootCertificate}");

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(_folder["data/postmaster.pid"]))
        {
            await KillAsync();
        }

        _creating.Dispose();
        _folder.Dispose();
    }

    private void WriteCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var from = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
        using var certificate = request.CreateSelfSigned(from, from.AddYears(50));
        _folder.Write("server.crt", certificate.ExportCertificatePem());
        var keyFile = _folder.Write("server.key", key.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(keyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        // The folder of a test is its owner's alone, and the server may be another user.
        File.SetUnixFileMode(_folder.Path, File.GetUnixFileMode(_folder.Path) | UnixFileMode.OtherExecute | UnixFileMode.OtherRead);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
