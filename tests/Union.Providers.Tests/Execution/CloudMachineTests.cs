using Union.Core.ComputePlane.Execution;
using Union.Core.ComputePlane.Setup;
using Union.Providers.Local.Execution;
using Union.Testing;

namespace Union.Providers.Tests.Execution;

/// <summary>On a machine of a cloud no task reaches the machine's own credentials unless the operator said so.</summary>
public sealed class CloudMachineTests : IDisposable
{
    private readonly TemporaryFolder _firmware = new();

    public void Dispose() => _firmware.Dispose();

    [Theory]
    [InlineData("sys_vendor", "Amazon EC2\n", "Amazon EC2")]
    [InlineData("product_uuid", "EC2AE145-D1DC-13B2-94ED-012345ABCDEF\n", "Amazon EC2")]
    [InlineData("product_name", "Google Compute Engine\n", "Google Compute Engine")]
    [InlineData("chassis_asset_tag", "7783-7084-3265-9085-8269-3286-77\n", "Azure")]
    [InlineData("chassis_asset_tag", "OracleCloud.com\n", "Oracle Cloud")]
    [InlineData("sys_vendor", "Alibaba Cloud\n", "Alibaba Cloud")]
    [InlineData("sys_vendor", "Dell Inc.\n", null)]
    public void Find_ByFirmware(string file, string text, string? cloud)
    {
        _firmware.Write(file, text);

        Assert.Equal(cloud, CloudMachine.Find(_firmware.Path, _ => null));
    }

    [Theory]
    [InlineData("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")]
    [InlineData("AWS_CONTAINER_CREDENTIALS_FULL_URI")]
    public void Find_ContainerWithCredentials(string name) => Assert.Equal(
        "a container on AWS", CloudMachine.Find(_firmware.Path, asked => asked == name ? "/v2/credentials/1" : null));

    [Fact]
    public void Find_NoFirmware_IsNoCloud() => Assert.Null(CloudMachine.Find("/nowhere", _ => null));

    [Theory]
    [InlineData("Azure", TaskNetwork.None, false, "metadata_reachable")]
    [InlineData("Azure", TaskNetwork.None, true, null)]
    [InlineData("Azure", TaskNetwork.Shared, false, null)]
    [InlineData(null, TaskNetwork.None, false, null)]
    public async Task TaskWithoutNetworkOfItsOwn_IsRefused_UnlessAccepted(
        string? cloud, TaskNetwork network, bool blocked, string? refusal)
    {
        await using var fixture = ExecutorFixture.Of(dataDir => new ProcessExecutorOptions
        {
            DataDir = dataDir,
            Sandbox = SandboxMode.Off,
            AllowUnsandboxed = true,
            Cloud = cloud,
            Network = network,
            MetadataBlocked = blocked,
        });

        var result = await fixture.RunAsync(fixture.Shell("true"));

        Assert.Equal(refusal is null ? AttemptOutcome.Succeeded : AttemptOutcome.Failed, result.Outcome);
        Assert.Equal(refusal, result.Error?.Code);
        Assert.False(result.Error?.Recoverable ?? false);
    }

    [Fact]
    public async Task RawTask_InANamespaceOfItsOwn_Runs()
    {
        await using var fixture = ExecutorFixture.Sandboxed(dataDir => new() { DataDir = dataDir, Cloud = "Azure" });
        Assert.SkipWhen(fixture.Executor.Capabilities.Network != "none", "the kernel gives bubblewrap no network namespace");

        var result = await fixture.RunAsync(fixture.Shell("true"));

        Assert.Equal(AttemptOutcome.Succeeded, result.Outcome);
    }

    [Fact]
    public async Task FlyteTask_InASandbox_IsRefused()
    {
        await using var fixture = FlyteFixture.With(sandboxed: true, cloud: "Azure");

        var result = await fixture.RunAsync(fixture.Work("true"));

        Assert.Equal("metadata_reachable", result.Error?.Code);
    }

    [Fact]
    public async Task Doctor_SaysThatSuchTasksAreRefused()
    {
        using var data = new TemporaryFolder();
        var probe = new ProcessExecutorProbe(new ProcessExecutorOptions { DataDir = data.Path, AllowUnsandboxed = true, Cloud = "Azure" });

        var check = await probe.RunAsync(TestContext.Current.CancellationToken).SingleAsync(
            result => result.Name == "tasks.network", TestContext.Current.CancellationToken);

        Assert.Equal(CheckState.Warning, check.State);
        Assert.Matches("This machine is of Azure, so (all tasks|tasks of the Flyte SDK) are refused", check.Finding);
    }
}
