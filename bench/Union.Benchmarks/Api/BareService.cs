using System.Diagnostics;
using System.Globalization;
using System.Net;
using Flyteidl2.Auth;
using Flyteidl2.Workflow;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Union.Benchmarks.Api;

/// <summary>Grpc.AspNetCore alone, in a process of its own, with answers that are in memory: what a call costs at least.</summary>
internal sealed class BareService : IAsyncDisposable
{
    public const string Command = "bare-grpc";

    private readonly Process _process;

    private BareService(Process process, Uri address) => (_process, Address) = (process, address);

    public Uri Address { get; }

    public static async Task<BareService> StartAsync(string folder, byte[] answer)
    {
        var file = Path.Combine(folder, "answer.pb");
        await File.WriteAllBytesAsync(file, answer);
        var start = new ProcessStartInfo("dotnet", [typeof(BareService).Assembly.Location, Command, file])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        // As 'union up' starts its planes.
        start.Environment["DOTNET_GCConserveMemory"] = "7";
        start.Environment["DOTNET_TieredPGO"] = "0";
        var process = Process.Start(start)!;
        var address = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The bare service did not start.");
        return new BareService(process, new Uri(address));
    }

    /// <summary>What the process does: serves until its input ends.</summary>
    public static async Task ServeAsync(string file)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(GetActionDetailsResponse.Parser.ParseFrom(await File.ReadAllBytesAsync(file)));
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l => l.Protocols = HttpProtocols.Http2));
        await using var app = builder.Build();
        app.MapGrpcService<Runs>();
        app.MapGrpcService<Metadata>();
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        Console.Out.WriteLine(address.ToString(CultureInfo.InvariantCulture));
        await Console.In.ReadToEndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private sealed class Metadata : AuthMetadataService.AuthMetadataServiceBase
    {
        public override Task<GetPublicClientConfigResponse> GetPublicClientConfig(
            GetPublicClientConfigRequest request, ServerCallContext context) =>
            Task.FromResult(new GetPublicClientConfigResponse
            {
                AuthorizationMetadataKey = "authorization",
                ServiceHttpEndpoint = "http://127.0.0.1:8700",
            });
    }

    private sealed class Runs(GetActionDetailsResponse answer) : RunService.RunServiceBase
    {
        public override Task<GetActionDetailsResponse> GetActionDetails(GetActionDetailsRequest request, ServerCallContext context) =>
            Task.FromResult(answer);
    }
}
