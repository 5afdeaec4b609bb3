using System.Text.Json;
using Flyteidl2.Common;
using Flyteidl2.Core;
using Flyteidl2.Dataproxy;
using Flyteidl2.Project;
using Flyteidl2.Task;
using Flyteidl2.Trigger;
using Flyteidl2.Workflow;
using Union.Host.Cli;
using Task = System.Threading.Tasks.Task;

namespace Union.Host.Tests.Cli;

public sealed class TaskCommandTests : IAsyncLifetime
{
    private FakeInstallation _fake = null!;

    public async ValueTask InitializeAsync()
    {
        _fake = await FakeInstallation.StartAsync();
        _fake.Folder.Write("rain.yaml", """
            name: rain
            command: [sh, sum.sh]
            files: [sum.sh]
            inputs: {month: string}
            """);
        _fake.Folder.Write("sum.sh", "echo sum");
    }

    public ValueTask DisposeAsync() => _fake.DisposeAsync();

    [Fact]
    public async Task Deploy_SameContentAgain_IsTheSameVersion()
    {
        var first = await _fake.RunAsync("deploy", "rain.yaml");
        var again = await _fake.RunAsync("deploy", "rain.yaml", "--output", "json");
        _fake.Folder.Write("sum.sh", "echo other");
        var other = await _fake.RunAsync("deploy", "rain.yaml");

        var deployed = _fake.State.Requests.OfType<DeployTaskRequest>().ToList();
        Assert.Equal((ExitCode.Done, ExitCode.Done, ExitCode.Done), (first.Code, again.Code, other.Code));
        Assert.Equal(deployed[0].TaskId, deployed[1].TaskId);
        Assert.NotEqual(deployed[0].TaskId.Version, deployed[2].TaskId.Version);
        Assert.Equal($"rain is deployed as version {deployed[0].TaskId.Version}.\n", first.Out);
        Assert.False(JsonDocument.Parse(again.Out).RootElement.GetProperty("deployed").GetBoolean());
        Assert.StartsWith("fake://store/", deployed[0].Spec.TaskTemplate.Metadata.CodeBundleUri, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Deployed_NamesTheTaskAndSendsInputsToTheCluster()
    {
        var result = await _fake.RunAsync("run", "rain", "--deployed", "--input", "month=may", "--name", "r1", "--detach");

        var request = _fake.State.Last<CreateRunRequest>();
        Assert.Equal((ExitCode.Done, "r1\n"), (result.Code, result.Out));
        Assert.Equal(("rain", "newest"), (request.TaskId.Name, request.TaskId.Version));
        Assert.Equal("fake://store/inputs", request.OffloadedInputData.Uri);
        Assert.Equal("may", _fake.State.Last<UploadInputsRequest>().Inputs.Literals.Single().Value.Scalar.Primitive.StringValue);
    }

    [Fact]
    public async Task Run_VersionOfAFile_IsWrongUsage()
    {
        var result = await _fake.RunAsync("run", "rain.yaml", "--version", "v1");

        Assert.Equal(ExitCode.WrongUsage, result.Code);
        Assert.Contains("--deployed", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rerun_IsTheSameTaskWithTheSameInputs()
    {
        _fake.State.Root = new ActionDetails
        {
            Task = new TaskSpec { TaskTemplate = new TaskTemplate { Id = new Identifier { Name = "rain" } } },
        };

        var result = await _fake.RunAsync("rerun", "r1", "--name", "r2", "--detach");

        var request = _fake.State.Last<CreateRunRequest>();
        Assert.Equal((ExitCode.Done, "r2"), (result.Code, request.RunId.Name));
        Assert.Equal("rain", request.TaskSpec.TaskTemplate.Id.Name);
        Assert.Equal(("fake://store/inputs/d1ge5t", "d1ge5t"), (request.OffloadedInputData.Uri, request.OffloadedInputData.InputsHash));
        Assert.Equal(("r1", RelationType.Rerun), (request.RunSpec.Relation.RelatedTo.Name, request.RunSpec.Relation.RelationType));
    }

    [Fact]
    public async Task Rerun_ClusterIsAway_StartsNothing()
    {
        _fake.State.IsClusterAway = true;

        var result = await _fake.RunAsync("rerun", "r1", "--detach");

        Assert.Equal(ExitCode.Unreachable, result.Code);
        Assert.Empty(_fake.State.Requests.OfType<CreateRunRequest>());
    }

    [Fact]
    public async Task GetTasks_SeveralPages_ShowsAll()
    {
        var tasks = await _fake.RunAsync("get", "tasks");
        var versions = await _fake.RunAsync("get", "tasks", "rain", "--output", "json");

        Assert.Equal(["TASK", "rain", "snow"], tasks.Lines.Select(line => line.Split(' ')[0]));
        Assert.Equal("rain-v2", JsonDocument.Parse(versions.Out).RootElement[0].GetProperty("version").GetString());
    }

    [Theory]
    [InlineData("--every", "90m", FixedRateUnit.Minute, 90)]
    [InlineData("--every", "6h", FixedRateUnit.Hour, 6)]
    [InlineData("--every", "2d", FixedRateUnit.Day, 2)]
    public async Task TriggerCreate_Every_IsAFixedRate(string option, string value, FixedRateUnit unit, uint count)
    {
        var result = await _fake.RunAsync("trigger", "create", "rain", "often", option, value, "--input", "month=may");

        var request = _fake.State.Last<DeployTriggerRequest>();
        Assert.Equal("The trigger often of rain is at revision 3.\n", result.Out);
        Assert.Equal((unit, count), (request.AutomationSpec.Schedule.Rate.Unit, request.AutomationSpec.Schedule.Rate.Value));
        Assert.Equal(("newest", true, "fake://store/inputs"), (request.Spec.TaskVersion, request.Spec.Active, request.Spec.OffloadedInputData.Uri));
    }

    [Theory]
    [InlineData("--every", "90s")]
    [InlineData("--every", "soon")]
    [InlineData("--input", "month=may")]
    public async Task TriggerCreate_NoSchedule_IsWrongUsage(string option, string value)
    {
        var result = await _fake.RunAsync("trigger", "create", "rain", "often", option, value);

        Assert.Equal(ExitCode.WrongUsage, result.Code);
        Assert.Empty(_fake.State.Requests.OfType<DeployTriggerRequest>());
    }

    [Fact]
    public async Task TriggerCommands_NameTheTrigger()
    {
        await _fake.RunAsync("trigger", "create", "rain", "nightly", "--cron", "0 2 * * *", "--time-zone", "Europe/Berlin", "--input", "month=may", "--inactive");
        await _fake.RunAsync("trigger", "activate", "rain", "nightly");
        var deleted = await _fake.RunAsync("trigger", "delete", "rain", "nightly");
        var listed = await _fake.RunAsync("get", "triggers");

        var created = _fake.State.Last<DeployTriggerRequest>();
        Assert.Equal(("Europe/Berlin", false), (created.AutomationSpec.Schedule.Cron.Timezone, created.Spec.Active));
        Assert.True(_fake.State.Last<UpdateTriggersRequest>().Active);
        Assert.Equal(("rain", "nightly"), (_fake.State.Last<DeleteTriggersRequest>().Names[0].TaskName, _fake.State.Last<DeleteTriggersRequest>().Names[0].Name));
        Assert.Equal("The trigger nightly of rain is deleted.\n", deleted.Out);
        Assert.Contains("0 2 * * * Europe/Berlin", listed.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ProjectCommands_CreateArchiveAndList()
    {
        await _fake.RunAsync("project", "create", "rain", "--title", "Rain");
        await _fake.RunAsync("project", "archive", "rain");
        var active = await _fake.RunAsync("get", "projects", "--output", "json");
        var all = await _fake.RunAsync("project", "list", "--all");

        Assert.Equal(("rain", "Rain"), (_fake.State.Last<CreateProjectRequest>().Project.Id, _fake.State.Last<CreateProjectRequest>().Project.Name));
        Assert.Equal(ProjectState.Archived, _fake.State.Last<UpdateProjectRequest>().Project.State);
        Assert.Equal(1, JsonDocument.Parse(active.Out).RootElement.GetArrayLength());
        Assert.Contains("archived", all.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", all.Out, StringComparison.Ordinal);
    }
}
