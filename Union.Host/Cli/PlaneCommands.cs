using System.CommandLine;
using Union.Host.Planes.Compute;
using Union.Host.Planes.Control;
using Union.Host.Planes.Demo;
using Union.Host.Planes.Supervision;

namespace Union.Host.Cli;

/// <summary>The commands that start planes. They are apart, so that no other command loads what a server needs.</summary>
internal static class PlaneCommands
{
    public static IReadOnlyList<Command> Create(CliContext context) =>
    [
        new UpCommand(context), new DemoCommand(context), new ControlPlaneCommand(context),
        new ComputePlaneCommand(context),
    ];
}
