using Grpc.AspNetCore.Server;
using Microsoft.Extensions.DependencyInjection;

namespace Union.Faults.Planes;

/// <summary>What a plane under test does wrong on purpose, so that it is seen that the fault test can fail.</summary>
public enum SeededBug
{
    None,

    /// <summary>The control plane acknowledges one run without having committed it.</summary>
    AcknowledgedRun,
}

internal static class SeededBugs
{
    public const string Variable = "FAULTS_BUG";

    public static Action<IServiceCollection> ReplacementsOf(string? name)
    {
        if (!Enum.TryParse<SeededBug>(name, out var bug) || bug == SeededBug.None)
        {
            return static _ => { };
        }

        return services =>
        {
            services.AddSingleton<LostCommit>();
            services.Configure<GrpcServiceOptions>(options => options.Interceptors.Add<LostCommit>());
        };
    }
}
