using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Grpc.AspNetCore.Server;

namespace Union.Host.Connect;

/// <summary>The methods of the services that are mapped, by path.</summary>
internal sealed class RpcMethods(EndpointDataSource endpoints)
{
    // On first use: when the container makes this, the host has mapped nothing yet.
    private readonly Lazy<FrozenDictionary<string, RpcMethod>> _byPath = new(() => Read(endpoints));

    public IEnumerable<RpcMethod> All => _byPath.Value.Values;

    public bool TryGet(string path, [NotNullWhen(true)] out RpcMethod? method) =>
        _byPath.Value.TryGetValue(path, out method);

    private static FrozenDictionary<string, RpcMethod> Read(EndpointDataSource endpoints) => endpoints.Endpoints
        .Select(e => e.Metadata.GetMetadata<GrpcMethodMetadata>()?.ServiceType).OfType<Type>().Distinct()
        .SelectMany(t => DescriptorOf(t).Methods)
        .Select(m => new RpcMethod(m)).DistinctBy(m => m.Path).ToFrozenDictionary(m => m.Path);

    /// <summary>The generated base class stands inside the static class that holds the descriptor.</summary>
    private static Google.Protobuf.Reflection.ServiceDescriptor DescriptorOf(Type service)
    {
        for (var type = service; type is not null; type = type.BaseType)
        {
            var descriptor = type.DeclaringType?.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static);
            if (descriptor?.GetValue(null) is Google.Protobuf.Reflection.ServiceDescriptor found)
            {
                return found;
            }
        }

        throw new InvalidOperationException($"{service} is not made from a contract.");
    }
}
