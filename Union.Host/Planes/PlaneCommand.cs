using System.CommandLine;
using Union.Host.Cli;
using Union.Host.Configuration;

namespace Union.Host.Planes;

/// <summary>A command that is one plane until it is told to stop.</summary>
internal abstract class PlaneCommand : UnionCommand
{
    /// <summary>What a supervised plane says on its standard output, alone on a line, once it can do its work.</summary>
    public const string ReadyLine = "union-plane-ready";

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

    /// <summary>Completes when a plane that started can do its work.</summary>
    protected virtual Task ReadyAsync(IServiceProvider services) => Task.CompletedTask;

    private async Task<ExitCode> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var loaded = new ConfigurationLoader(Context.Environment).Load(parsed.GetValue(_config));
        await using var app = await StartAsync(loaded.Configuration, cancellationToken);
#pragma warning disable CA2025 // Awaited below, before the host is disposed.
        var stopped = app.WaitForShutdownAsync(cancellationToken);
#pragma warning restore CA2025
        if (parsed.GetValue(_supervised))
        {
            _ = StopAtEndOfInputAsync(app.Lifetime);
            if (await Task.WhenAny(ReadyAsync(app.Services), stopped) != stopped)
            {
                // Said rather than asked for: a supervisor that polls takes the processor from those it waits for.
                Context.Out.WriteLine(ReadyLine);
                Context.Out.Flush();
            }
        }

        await stopped;
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
