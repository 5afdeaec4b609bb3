using Union.Host.Cli;
using Union.Host.Configuration;

namespace Union.Host.Planes.Control;

internal sealed class ControlPlaneCommand : PlaneCommand
{
    public ControlPlaneCommand(CliContext context)
        : base(context, "control-plane", "Run the control plane: metadata only, no cloud credential, no data.") =>
        Examples = ["union control-plane", "union control-plane --config /etc/union/union.yaml"];

    protected override async Task<WebApplication> StartAsync(
        UnionConfiguration configuration, CancellationToken cancellationToken)
    {
        var plane = configuration.ControlPlane;
        var app = await ControlPlaneHost.StartAsync(
            plane, configuration.Telemetry, PlaneSurroundings.Of(Context), cancellationToken);
        Context.Error.WriteLine(
            $"The control plane serves clients at {plane.Clients.Url}; clusters dial port {plane.Clusters.Listen?.Port ?? 8701}.");
        return app;
    }
}
