using Flyteidl2.Workflow;
using Union.Core.Boundary;

namespace Union.Host.Api.Runs;

/// <param name="References">References in the request besides the inputs.</param>
internal sealed record NewRun(
    string Project, string Domain, string? Name, string InputUri, IReadOnlyList<string> References);

/// <summary>Reads what may be asked for in a CreateRun, and refuses what would bring customer data here.</summary>
internal static class CreateRunRequestReader
{
    public static NewRun Read(CreateRunRequest request)
    {
        if (request.InputWrapperCase == CreateRunRequest.InputWrapperOneofCase.Inputs)
        {
            throw new UnionException(
                ErrorCode.InvalidArgument, "inline_inputs",
                "Inputs must not travel through the control plane.",
                "Send them with DataProxyService/UploadInputs and pass offloaded_input_data.");
        }

        if (request.TaskCase != CreateRunRequest.TaskOneofCase.TaskSpec)
        {
            throw new UnionException(
                ErrorCode.Unimplemented, "deployed_tasks", "Runs of deployed tasks are not served here.",
                "Pass task_spec.");
        }

        var (project, domain, name) = request.IdCase == CreateRunRequest.IdOneofCase.RunId
            ? (request.RunId.Project, request.RunId.Domain, request.RunId.Name)
            : (request.ProjectId?.Name ?? "", request.ProjectId?.Domain ?? "", "");
        return new NewRun(
            project, domain, name.Length == 0 ? null : name, request.OffloadedInputData?.Uri ?? "", References(request));
    }

    private static List<string> References(CreateRunRequest request) =>
    [
        .. new[]
        {
            request.TaskSpec.TaskTemplate?.Metadata?.CodeBundleUri,
            request.RunSpec?.RunBaseDir,
            request.RunSpec?.RawDataStorage?.RawDataPrefix,
        }.OfType<string>().Where(uri => uri.Length > 0),
    ];
}
