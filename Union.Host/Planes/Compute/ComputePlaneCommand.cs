using Union.Core.ComputePlane.Link;
using Union.Host.Cli;
using Union.Host.Configuration;

namespace Union.Host.Planes.Compute;

internal sealed class ComputePlaneCommand : PlaneCommand
{
    public ComputePlaneCommand(CliContext context)
        : base(context, "compute-plane", "Run a compute plane: tasks, objects and secrets, in your own account.") =>
        Examples = ["union compute-plane", "union compute-plane --config /etc/union/union.yaml"];

    protected override async Task<WebApplication> StartAsync(
        UnionConfiguration configuration, CancellationToken cancellationToken)
    {
        var plane = configuration.ComputePlane;
        var app = await ComputePlaneHost.StartAsync(
            plane, configuration.Telemetry, PlaneSurroundings.Of(Context), cancellationToken);
        Context.Error.WriteLine($"The compute plane {plane.Cluster} runs; it dials {plane.ControlPlane.Address}.");
        return app;
    }

    protected override Task ReadyAsync(IServiceProvider services) =>
        services.GetRequiredService<LinkStatus>().FirstSession;
}
