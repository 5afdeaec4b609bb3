using Microsoft.Extensions.DependencyInjection;
using Union.Core.ComputePlane.Execution;
using Union.Core.ComputePlane.Logs;

namespace Union.Providers.Local.Execution;

public static class ProcessExecutorServiceCollectionExtensions
{
    /// <summary>Needs an <c>IObjectStore</c>, an <c>ObjectLayout</c>, a <see cref="TimeProvider"/> and logging.</summary>
    public static IServiceCollection AddProcessExecutor(this IServiceCollection services, ProcessExecutorOptions options) =>
        services.AddSingleton(options)
            .AddSingleton<ProcessLogs>()
            .AddSingleton<ILogSource>(provider => provider.GetRequiredService<ProcessLogs>())
            .AddSingleton<ProcessExecutor>()
            .AddSingleton<IExecutor>(provider => provider.GetRequiredService<ProcessExecutor>());
}
