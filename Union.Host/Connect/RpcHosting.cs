using Grpc.AspNetCore.Server;
using Grpc.AspNetCore.Server.Model;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Union.Host.Api.Binding;

namespace Union.Host.Connect;

/// <summary>gRPC, gRPC-Web and Connect for the same services on the same ports.</summary>
internal static class RpcHosting
{
    /// <param name="maxMessageBytes">Of a message in either direction, inflated.</param>
    public static IServiceCollection AddRpc(
        this IServiceCollection services, int maxMessageBytes, Action<GrpcServiceOptions> configure)
    {
        var limit = new MessageLimit(maxMessageBytes);
        services.AddGrpc(options =>
        {
            options.MaxReceiveMessageSize = limit.MaxBytes;
            options.MaxSendMessageSize = limit.MaxBytes;
            options.EnableDetailedErrors = false;
            options.CompressionProviders = [new BoundedGzipProvider(limit)];
            configure(options);
        });
        services.RemoveAll(typeof(IServiceMethodProvider<>));
        services.AddSingleton(typeof(IServiceMethodProvider<>), typeof(ContractMethods<>));
        return services.AddSingleton(limit).AddSingleton<RpcMethods>().AddSingleton<ProtoJson>();
    }

    /// <summary>Stands where routing stands; needs <see cref="AddRpc"/>.</summary>
    public static void UseRpc(this WebApplication app)
    {
        app.UseMiddleware<FrameGuard>();
        app.UseMiddleware<ConnectMiddleware>();
        app.UseRouting();
        app.UseGrpcWeb(new GrpcWebOptions { DefaultEnabled = true });
    }
}
