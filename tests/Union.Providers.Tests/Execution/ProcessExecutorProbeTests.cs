using Union.Core.ComputePlane.Setup;
using Union.Providers.Local.Execution;
using Union.Testing;

namespace Union.Providers.Tests.Execution;

public sealed class ProcessExecutorProbeTests : IDisposable
{
    private readonly TemporaryFolder _root = new();

    public void Dispose() => _root.Dispose();

    [Theory]
    [InlineData(SandboxMode.Auto, TaskNetwork.None, CheckState.Ok, "Raw tasks have no network")]
    [InlineData(SandboxMode.Auto, TaskNetwork.Shared, CheckState.Warning, "as configured")]
    [InlineData(SandboxMode.Off, TaskNetwork.None, CheckState.Warning, "no other can be had")]
    public async Task Network_SaysWhoReachesMetadataAddresses(
        SandboxMode sandbox, TaskNetwork network, CheckState state, string finding)
    {
        await ExecutorFixture.Sandboxed().DisposeAsync();
        var probe = new ProcessExecutorProbe(new ProcessExecutorOptions
        {
            DataDir = _root.Path,
            Sandbox = sandbox,
            AllowUnsandboxed = true,
            Network = network,
        });

        var check = await probe.RunAsync(TestContext.Current.CancellationToken).SingleAsync(
            result => result.Name == "tasks.network", TestContext.Current.CancellationToken);

        Assert.Equal(state, check.State);
        Assert.Contains(finding, check.Finding, StringComparison.Ordinal);
        Assert.Contains("169.254.169.254", check.Finding, StringComparison.Ordinal);
    }
}
