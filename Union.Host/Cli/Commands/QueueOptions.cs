using System.CommandLine;
using Union.Contracts.Admin.V1;

namespace Union.Host.Cli.Commands;

/// <summary>Options of the commands that drain.</summary>
internal static class QueueOptions
{
    public static Option<string> Cluster() => new("--cluster")
    {
        Description = "Name of the cluster. Default: the one that new runs go to.",
        HelpName = "NAME",
        DefaultValueFactory = _ => "",
    };

    public static Option<bool> Stop() => new("--stop")
    {
        Description = "Hand out nothing at all: what runs may end, what it still starts waits.",
    };

    public static DrainState StateOf(ParseResult parsed, Option<bool> stop) =>
        parsed.GetValue(stop) ? DrainState.Stopped : DrainState.Draining;

    public static string Word(DrainState state) => state.ToString().ToLowerInvariant();
}
