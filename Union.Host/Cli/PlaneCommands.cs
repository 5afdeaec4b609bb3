using System.CommandLine;

namespace Union.Host.Cli;

/// <summary>The commands that start planes. They are apart, so that no other command loads what a server needs.</summary>
internal static class PlaneCommands
{
    public static IReadOnlyList<Command> Create(CliContext context)
    {
        _ = context;
        return [];
    }
}
