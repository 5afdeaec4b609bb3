using Union.Host.Planes.Compute;
using Union.Host.Planes.Control;
using Union.Host.Planes.Demo;
using Union.Host.Planes.Supervision;

namespace Union.Host.Cli;

/// <summary>The commands that start planes. They are apart, so that no other command loads what a server needs.</summary>
internal static class PlaneCommands
{
    public static IReadOnlyList<LazyCommand> Create(CliContext context) =>
    [
        new("up", () => new UpCommand(context)),
        new("demo", () => new DemoCommand(context)),
        new("control-plane", () => new ControlPlaneCommand(context)),
        new("compute-plane", () => new ComputePlaneCommand(context)),
    ];
}
