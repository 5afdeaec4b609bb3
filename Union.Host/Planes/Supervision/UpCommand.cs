using System.CommandLine;
using System.Diagnostics;
using Union.Host.Cli;
using Union.Host.Configuration;

namespace Union.Host.Planes.Supervision;

/// <summary><c>union up</c>: both planes on this machine, until Ctrl-C.</summary>
internal sealed class UpCommand : UnionCommand
{
    private readonly Option<string?> _config = PlaneCommand.ConfigOption();

    public UpCommand(CliContext context)
        : base(context, "up", "Run both planes on this machine, as two processes, until Ctrl-C.")
    {
        Examples = ["union up", "UNION_HOME=/srv/union union up"];
        Add(_config);
        Handle(UpAsync);
    }

    private async Task<ExitCode> UpAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var loaded = new ConfigurationLoader(Context.Environment).Load(parsed.GetValue(_config));
        var configuration = loaded.Configuration;
        await using var installation = await LocalInstallation.StartAsync(
            configuration, loaded.File, Context.Environment, Context.Error, cancellationToken);
        Context.Out.WriteLine(
            $"Ready in {Stopwatch.GetElapsedTime(started).TotalMilliseconds:0} ms: {configuration.ControlPlane.Clients.Url} "
            + (configuration.ControlPlane.Auth is Authentication.Token
                ? "(auth: token)" : "(auth: none - everyone on this machine is its administrator)"));
        Context.Out.WriteLine($"  control plane  pid {installation.ControlPlaneId}  {configuration.ControlPlane.DataDir}");
        Context.Out.WriteLine($"  compute plane  pid {installation.ComputePlaneId}  {configuration.ComputePlane.DataDir}");
        Context.Out.WriteLine("Try: union run samples/hello/hello.yaml --input name=Ada    (Ctrl-C stops both planes; tasks that run go on)");
        Context.Out.Flush();
        await Task.Delay(Timeout.InfiniteTimeSpan, Context.Time, cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return ExitCode.Done;
    }
}
