using System.CommandLine;
using Union.Core.Boundary;
using Union.Host.Cli;
using Union.Host.Cli.Client;
using Union.Host.Configuration;
using Union.Host.Planes.Supervision;

namespace Union.Host.Planes.Demo;

/// <summary><c>union demo</c>: both planes in a temporary folder, the sample, and proof of the promise.</summary>
internal sealed class DemoCommand : UnionCommand
{
    private readonly Option<bool> _keep = new("--keep")
    {
        Description = "Keep the folder with everything that both planes stored, to look into it.",
    };

    public DemoCommand(CliContext context)
        : base(context, "demo", "Start both planes, run the sample, and show what the control plane stored of it.")
    {
        Examples = ["union demo", "union demo --keep"];
        Add(_keep);
        Handle(DemoAsync);
    }

    private async Task<ExitCode> DemoAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var home = Directory.CreateTempSubdirectory("union-demo-").FullName;
        try
        {
            return await RunAsync(home, cancellationToken);
        }
        finally
        {
            if (parsed.GetValue(_keep))
            {
                Context.Out.WriteLine($"kept: {home}");
            }
            else
            {
                Directory.Delete(home, recursive: true);
            }
        }
    }

    private async Task<ExitCode> RunAsync(string home, CancellationToken cancellationToken)
    {
        var environment = new ProcessEnvironment(DemoEnvironment.Of(Context.Environment, home));
        var configuration = new ConfigurationLoader(environment).Load(DemoEnvironment.WriteConfiguration(home)).Configuration;
        await using var log = new StreamWriter(Path.Combine(home, "planes.log"));
        Context.Out.WriteLine("Starting a control plane and a compute plane, two processes that share nothing but a tunnel...");
        await using var installation = await StartAsync(configuration, environment, home, log, cancellationToken);
        var settings = new ConnectionSettings(
            new Uri($"http://{configuration.ControlPlane.Clients.Listen}"), null, "default", "development");
        using var client = new UnionClient(settings);
        var runs = new DemoRuns(Context, client);

        var succeeded = await runs.WeatherAsync(SampleFiles.Extract(Path.Combine(home, "samples"), "weather"), cancellationToken);
        var canaries = new Canaries();
        await runs.CanariesAsync(home, canaries, cancellationToken);

        return Conclude(configuration.ControlPlane.DataDir, canaries, succeeded);
    }

    private async Task<LocalInstallation> StartAsync(
        UnionConfiguration configuration, ProcessEnvironment environment, string home, TextWriter log,
        CancellationToken cancellationToken)
    {
        try
        {
            var file = Path.Combine(home, "union.yaml");
            return await LocalInstallation.StartAsync(configuration, file, environment, log, cancellationToken);
        }
        catch (UnionException)
        {
            await log.FlushAsync(cancellationToken);
            Context.Error.Write(await ReadLogAsync(home, cancellationToken));
            throw;
        }
    }

    private ExitCode Conclude(string dataDir, Canaries canaries, int succeeded)
    {
        var stored = new StoredBytes([dataDir, dataDir + "-tmp", dataDir + "-keys"], Path.Combine(dataDir, "control.db"));
        var tables = stored.Tables();
        Context.Out.WriteLine();
        Context.Out.WriteLine("What the control plane stored about both runs:");
        foreach (var table in tables)
        {
            Context.Out.WriteLine($"  {table.Name,-18} {table.Rows,5} rows  {table.Bytes,8} bytes");
        }

        Context.Out.WriteLine($"Its files and tables were searched for {canaries.ByPlace.Count} values that were planted in: "
            + string.Join(", ", canaries.ByPlace.Keys) + ".");
        var found = stored.Find(canaries);
        var customerBytes = found.Sum(place => canaries[place].Length);
        if (found.Count > 0)
        {
            Context.Error.WriteLine($"error: found the values of: {string.Join(", ", found)}");
        }

        Context.Out.WriteLine(
            $"demo: {succeeded} actions succeeded; control plane stored {tables.Sum(t => t.Bytes)} bytes of metadata and "
            + $"{customerBytes} bytes of customer data");
        return found.Count == 0 && succeeded > 0 ? ExitCode.Done : ExitCode.Failed;
    }

    private static async Task<string> ReadLogAsync(string home, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(
            Path.Combine(home, "planes.log"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        return await reader.ReadToEndAsync(cancellationToken);
    }
}
