using Flyteidl2.Common;
using Flyteidl2.Dataproxy;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using MediatR;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Logs;
using Union.Core.Pipeline;
using Commands = Union.Core.ComputePlane.Objects;
using LogLine = Union.Core.ComputePlane.Logs.LogLine;

namespace Union.Host.Api.Data;

internal sealed class DataProxyApi(IMediator mediator) : DataProxyService.DataProxyServiceBase
{
    public override async Task<CreateUploadLocationResponse> CreateUploadLocation(
        CreateUploadLocationRequest request, ServerCallContext context)
    {
        var command = new Commands.CreateUploadLocation(
            request.Project, request.Domain, request.Filename, request.ContentMd5.Memory,
            request.ContentLength == 0 ? null : request.ContentLength, request.ExpiresIn?.ToTimeSpanOrRefuse())
        {
            Folder = request.FilenameRoot.Trim('/'),
        };
        var location = await mediator.Send(command, context.CancellationToken);
        return new CreateUploadLocationResponse
        {
            SignedUrl = location.Upload.Url.Reveal(),
            NativeUrl = location.Reference.ToString(),
            ExpiresAt = location.Upload.ExpiresAt.ToTimestamp(),
            Headers = { location.Upload.RequiredHeaders.ToDictionary() },
        };
    }

    public override async Task<UploadInputsResponse> UploadInputs(UploadInputsRequest request, ServerCallContext context)
    {
        if (request.BaseDir.Length > 0)
        {
            throw Unsupported("base_dir", "This cluster chooses the folder of a run's inputs; leave the field out.");
        }

        var (project, domain) = request.IdCase is UploadInputsRequest.IdOneofCase.RunId
            ? (request.RunId.Project, request.RunId.Domain)
            : (request.ProjectId?.Name ?? "", request.ProjectId?.Domain ?? "");
        var command = new Commands.UploadInputs(project, domain, request.Inputs ?? new())
        {
            NotInDigest = [.. request.TaskSpec?.TaskTemplate?.Metadata?.CacheIgnoreInputVars ?? []],
        };
        var uploaded = await mediator.Send(command, context.CancellationToken);
        return new UploadInputsResponse
        {
            OffloadedInputData = new OffloadedInputData { Uri = uploaded.Folder.ToString(), InputsHash = uploaded.Digest },
        };
    }

    public override async Task<CreateDownloadLinkResponse> CreateDownloadLink(
        CreateDownloadLinkRequest request, ServerCallContext context)
    {
        var signed = await mediator.Send(LinkOf(request), context.CancellationToken);
        return new CreateDownloadLinkResponse
        {
            PreSignedUrls = new PreSignedURLs
            {
                SignedUrl = { signed.Url.Reveal() },
                ExpiresAt = signed.ExpiresAt.ToTimestamp(),
            },
        };
    }

    public override async Task<GetActionDataResponse> GetActionData(GetActionDataRequest request, ServerCallContext context)
    {
        var id = ActionNames.Read(request.ActionId);
        var data = await mediator.Send(
            new Commands.GetActionData(id.Project, id.Domain, id.Run, id.Action), context.CancellationToken);
        return new GetActionDataResponse
        {
            Inputs = data.Inputs,
            Outputs = data.Outputs,
            InputsUri = data.InputsAt?.ToString() ?? "",
            OutputsUri = data.OutputsAt?.ToString() ?? "",
        };
    }

    public override async Task TailLogs(
        TailLogsRequest request, IServerStreamWriter<TailLogsResponse> responseStream, ServerCallContext context)
    {
        var id = ActionNames.Read(request.ActionId, request.Attempt);
        var query = new TailActionLogs(id.Project, id.Domain, id.Run, id.Action, id.Attempt, Follow: true);
        var lines = await mediator.Send(query, context.CancellationToken);
        await lines.WriteBatchesAsync(
            batch => responseStream.WriteAsync(Write(batch), context.CancellationToken), context.CancellationToken);
    }

    private static IUseCase<Commands.PresignedRequest> LinkOf(CreateDownloadLinkRequest request)
    {
        var attempt = ActionNames.Read(request.ActionAttemptId);
        var (task, expiresIn) = (request.TaskId, request.ExpiresIn?.ToTimeSpanOrRefuse());
        return (request.ArtifactType, request.SourceCase) switch
        {
            (ArtifactType.Report, CreateDownloadLinkRequest.SourceOneofCase.ActionAttemptId) => new Commands.CreateReportLink(
                attempt.Project, attempt.Domain, attempt.Run, attempt.Action, attempt.Attempt, expiresIn),
            (ArtifactType.CodeBundle, CreateDownloadLinkRequest.SourceOneofCase.ActionAttemptId) => new Commands.CreateBundleLink(
                attempt.Project, attempt.Domain, attempt.Run, attempt.Action, "", "", expiresIn),
            (ArtifactType.CodeBundle, CreateDownloadLinkRequest.SourceOneofCase.TaskId) => new Commands.CreateBundleLink(
                task.Project, task.Domain, "", "", task.Name, task.Version, expiresIn),
            _ => throw Unsupported(
                "artifact_type", "Ask for the report of an action's attempt, or for the code of an attempt or a task."),
        };
    }

    private static TailLogsResponse Write(IReadOnlyList<LogLine> lines) => new()
    {
        Logs = { new TailLogsResponse.Types.Logs { Lines = { lines.Select(LogLines.Write) } } },
    };

    private static UnionException Unsupported(string field, string hint) => new(
        ErrorCode.InvalidArgument, "request_unsupported", $"The value of {field} is not supported.", hint);
}
