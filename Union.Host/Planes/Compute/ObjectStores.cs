using Union.Core.Boundary;
using Union.Core.ComputePlane.Link;
using Union.Core.ComputePlane.Objects;
using Union.Host.Configuration;
using Union.Providers.Local.Objects;

namespace Union.Host.Planes.Compute;

/// <summary>The object store that <c>computePlane.objects</c> names, with what every store gets around it.</summary>
internal static class ObjectStores
{
    public static void AddObjectStore(
        this IServiceCollection services, ComputePlaneConfiguration configuration, ObjectLayout layout, string keys,
        PlaneSurroundings around)
    {
        if (configuration.Objects.Provider is ObjectsProvider.File)
        {
            services.AddFileObjectStore(_ => new FileObjectStoreOptions
            {
                Path = configuration.Objects.Path,
                KeyPath = Path.Combine(keys, "urls.key"),
                PublicUrl = $"http://{configuration.Objects.Listen}",
                MaxLifetime = configuration.Policy.Signing.MaxLifetime,
                UploadMax = configuration.Policy.Signing.UploadMax,
            });
            services.AddSingleton(provider => SelfWith([provider.GetRequiredService<IObjectStore>()]));
            return;
        }

        services.AddSingleton(_ => Open(configuration, layout, around));
        services.AddSingleton<IObjectStore>(provider => provider.GetRequiredService<RoutedObjectStore>());
        services.AddSingleton(provider => SelfWith(provider.GetRequiredService<RoutedObjectStore>().Stores));
    }

    private static RoutedObjectStore Open(
        ComputePlaneConfiguration configuration, ObjectLayout layout, PlaneSurroundings around)
    {
        var cloud = new CloudObjects(configuration.Objects, configuration.Policy, around.Environment, around.Time);
#pragma warning disable CA2000 // The routed store owns the bucket's.
        return new RoutedObjectStore(
            OpenBucket(configuration.Objects.Bucket),
            configuration.Objects.Buckets.ToDictionary(
                pair => Enum.Parse<ArtifactKind>(pair.Key, ignoreCase: true), pair => OpenBucket(pair.Value)),
            layout);
#pragma warning restore CA2000

        IObjectStore OpenBucket(string bucket) => new ResilientObjectStore(cloud.Open(bucket), around.Time);
    }

    // What the control plane may be told of: references elsewhere are none of this cluster's.
    private static ClusterSelf SelfWith(IEnumerable<IObjectStore> stores) => new(
        BinaryVersion.Text, [.. stores.Select(store => store.ReferenceTo(ObjectKey.Parse("union")) + "/").Distinct()]);
}
