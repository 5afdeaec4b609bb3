using System.Text;
using Google.Protobuf.Reflection;
using Union.Host.Api;

namespace Union.Host.Cli.Docs;

/// <summary>docs/api.md: every method of the contract and of our own services, and who serves it.</summary>
internal static class ApiReference
{
    public static string Write()
    {
        var page = new StringBuilder();
        page.Append("""
            # The API

            Every method of the flyteidl2 contract and of our own services, made by `union docs api` from the descriptors, the
            table of routes and the services that are implemented; a test asks each of them. What is served is served over
            Connect (binary and JSON), gRPC and gRPC-Web alike; [serving-clients.md](serving-clients.md) says where.

            - **control plane**: served there, from metadata. *GET* marks methods that Connect clients may ask by GET.
            - **cluster**: carries customer data, so the control plane forwards it below the address that SelectCluster answers,
              without looking into it. Made at the control plane's own address it goes to the cluster that the header
              `union-cluster`, the run in the request or the org leads to; without such a cluster it is refused.
            - **tasks**: served by the cluster on its local endpoint, to the tasks that it runs.
            - **planes**: between the two planes, over mutual TLS.
            - Everything else answers `unimplemented` with its name.

            """);
        foreach (var service in ApiPlaces.Services)
        {
            page.Append($"\n## {service.FullName}\n\n");
            if (service.Methods.All(m => ApiPlaces.Of(m) is ApiPlace.Nowhere))
            {
                page.Append($"Not served: {ApiPlaces.ReasonOf(service)}\n");
                continue;
            }

            page.Append("| method | served by | verb | |\n|---|---|---|---|\n");
            foreach (var method in service.Methods)
            {
                page.Append($"| {method.Name} | {Row(method)} |\n");
            }
        }

        return page.ToString();
    }

    private static string Row(MethodDescriptor method)
    {
        var place = ApiPlaces.Of(method);
        var verb = ApiPlaces.RouteOf(method) switch
        {
            { Audience: Audience.Anyone } => "(anyone)",
            { Audience: Audience.Authenticated } => "(any caller)",
            { } route => route.Verb.ToString(),
            _ => "",
        };
        var kind = (method.IsClientStreaming, method.IsServerStreaming) switch
        {
            (true, true) => "both stream",
            (true, false) => "the request streams",
            (false, true) => "the answer streams",
            _ => place is ApiPlace.ControlPlane && new Connect.RpcMethod(method).HasNoSideEffects ? "GET" : "",
        };
        return place switch
        {
            ApiPlace.ControlPlane => $"control plane | {verb} | {kind}",
            ApiPlace.Cluster => $"cluster | {verb} | {kind}",
            ApiPlace.Tasks => $"tasks | | {kind}",
            ApiPlace.Planes => $"planes | | {kind}",
            _ => $"- | | not served: {ApiPlaces.ReasonOf(method)}",
        };
    }
}
