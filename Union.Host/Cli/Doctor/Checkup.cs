using System.Net;
using Union.Core.ComputePlane.Objects;
using Union.Core.ComputePlane.Secrets;
using Union.Core.ComputePlane.Setup;
using Union.Host.Configuration;
using Union.Host.Planes.Compute;
using Union.Host.Planes.Control;
using Union.Providers.Local.Execution;
using Union.Providers.Local.Secrets;

namespace Union.Host.Cli.Doctor;

/// <summary>The probes of a configuration, over the very stores that its compute plane would use.</summary>
internal sealed class Checkup(UnionConfiguration configuration, ProcessEnvironment environment, TimeProvider time) : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _open = [];
    private readonly List<IDisposable> _held = [];

    private string ControlData => configuration.ControlPlane.DataDir;

    private string ComputeData => configuration.ComputePlane.DataDir;

    private string ComputeKeys => Path.GetFullPath(ComputeData).TrimEnd('/') + "-keys";

    /// <param name="plane">Null for those that have data here, or both where neither has.</param>
    public IEnumerable<IProbe> Probes(string? plane, bool offline)
    {
        var (control, compute) = plane switch
        {
            "control" => (true, false),
            "compute" => (false, true),
            null when Directory.Exists(ControlData) != Directory.Exists(ComputeData) =>
                (Directory.Exists(ControlData), Directory.Exists(ComputeData)),
            _ => (true, true),
        };
        yield return new MachineProbe([ControlData, ComputeData]);
        foreach (var probe in control ? Control() : [])
        {
            yield return probe;
        }

        foreach (var probe in compute ? Compute() : [])
        {
            yield return probe;
        }

        foreach (var probe in compute && !offline ? Remote() : [])
        {
            yield return probe;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var services in _open)
        {
            await services.DisposeAsync();
        }

        _held.ForEach(held => held.Dispose());
    }

    private IEnumerable<IProbe> Control()
    {
        var plane = configuration.ControlPlane;
        var clusters = plane.Clusters.Listen ?? new IPEndPoint(IPAddress.Loopback, 8701);
        yield return new FolderProbe("control", plane.DataDir, ControlPlaneHost.DataFormat);
        yield return new PortProbe(
            "control", plane.DataDir,
            [("controlPlane.clients.listen", plane.Clients.Listen), ("controlPlane.clusters.listen", clusters), ("controlPlane.ops.listen", plane.OpsListen)]);
    }

    private IEnumerable<IProbe> Compute()
    {
        var plane = configuration.ComputePlane;
        List<(string, IPEndPoint)> listens =
            [("computePlane.actions.listen", plane.ActionsListen), ("computePlane.ops.listen", plane.OpsListen)];
        if (plane.Objects.Listen is { } objects)
        {
            listens.Insert(0, ("computePlane.objects.listen", objects));
        }

        yield return new FolderProbe("compute", plane.DataDir, ComputePlaneHost.DataFormat);
        yield return new PortProbe("compute", plane.DataDir, listens);
        yield return new ProcessExecutorProbe(ExecutorOptions.From(plane.Executor, plane.DataDir, actions: null));
    }

    private IEnumerable<IProbe> Remote()
    {
        yield return new TunnelProbe(ComputeKeys, time);

        // The local stores are folders that the checks above looked at; opening them would make keys of their own.
        var plane = configuration.ComputePlane;
        if (plane.Objects.Provider is not ObjectsProvider.File)
        {
            var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(10) };
            _held.Add(handler);
            var fetch = new HttpMessageInvoker(handler, disposeHandler: false);
            _held.Add(fetch);
            var cloud = new CloudObjects(plane.Objects, plane.Policy, environment, time);
            foreach (var (name, bucket) in plane.Objects.Buckets.Prepend(new("", plane.Objects.Bucket)))
            {
                yield return Bucket(name.Length == 0 ? "objects" : $"objects.{name}", () => cloud.Open(bucket), fetch);
            }
        }

        if (plane.Secrets is not FileSecrets)
        {
            var services = new ServiceCollection().AddSingleton(time);
            services.AddSecretStore(plane.Secrets, new FileSecretStoreOptions(ComputeData, ComputeKeys));
            var provider = services.BuildServiceProvider();
            _open.Add(provider);
            yield return new GuardedProbe("secrets.open", () => new SecretStoreProbe(provider.GetRequiredService<ISecretStore>(), time));
        }
    }

    // The bare store: a call that failed for a moment is to be seen here, and not made again.
    private GuardedProbe Bucket(string name, Func<IObjectStore> open, HttpMessageInvoker fetch) => new($"{name}.open", () =>
    {
        var store = open();
        if (store is IDisposable disposable)
        {
            _held.Add(disposable);
        }

        return new ObjectStoreProbe(store, fetch, configuration.ControlPlane.Clients.PublicUrl?.GetLeftPart(UriPartial.Authority), time)
        {
            Name = name,
            Signs = configuration.ComputePlane.Policy.Signing.Prefixes is not { Count: 0 },
        };
    });
}
