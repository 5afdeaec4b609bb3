using System.CommandLine;
using Union.Host.Cli;
using Union.Host.Configuration;

namespace Union.Host.Planes;

/// <summary>A command that is one plane until it is told to stop.</summary>
internal abstract class PlaneCommand : UnionCommand
{
    private readonly Option<string?> _config = ConfigOption();
    private readonly Option<bool> _supervised = new("--supervised")
    {
        Description = "Stop when standard input ends.",
        Hidden = true,
    };

    protected PlaneCommand(CliContext context, string name, string description)
        : base(context, name, description)
    {
        Add(_config);
        Add(_supervised);
        Handle(RunAsync);
    }

    public static Option<string?> ConfigOption() => new("--config")
    {
        Description = "Configuration. Default: $UNION_CONFIG, else union.yaml of this folder where there is one.",
        HelpName = "FILE",
    };

    protected abstract Task<WebApplication> StartAsync(
        UnionConfiguration configuration, CancellationToken cancellationToken);

    private async Task<ExitCode> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var loaded = new ConfigurationLoader(Context.Environment).Load(parsed.GetValue(_config));
        await using var app = await StartAsync(loaded.Configuration, cancellationToken);
        if (parsed.GetValue(_supervised))
        {
            _ = StopAtEndOfInputAsync(app.Lifetime);
        }

        await app.WaitForShutdownAsync(cancellationToken);
        return ExitCode.Done;
    }

    // Standard input of a supervised plane is a pipe that the supervisor holds: however it ends, the pipe ends with it.
    private async Task StopAtEndOfInputAsync(IHostApplicationLifetime lifetime)
    {
        await using var input = Context.OpenInput();
        var buffer = new byte[64];
        while (await input.ReadAsync(buffer) > 0)
        {
            // Nothing is said to a plane this way.
        }

        lifetime.StopApplication();
    }
}
