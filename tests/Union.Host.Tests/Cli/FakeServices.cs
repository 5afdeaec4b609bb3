using Flyteidl2.Cluster;
using Flyteidl2.Common;
using Flyteidl2.Dataproxy;
using Flyteidl2.Secret;
using Flyteidl2.Workflow;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Union.Contracts.Admin.V1;
using Union.Contracts.Data.V1;
using Union.Contracts.Task.V1;
using GetActionDataRequest = Flyteidl2.Dataproxy.GetActionDataRequest;
using GetActionDataResponse = Flyteidl2.Dataproxy.GetActionDataResponse;
using TailLogsRequest = Flyteidl2.Dataproxy.TailLogsRequest;
using TailLogsResponse = Flyteidl2.Dataproxy.TailLogsResponse;
using Task = System.Threading.Tasks.Task;

namespace Union.Host.Tests.Cli;

internal sealed class FakeRunService(FakeState state) : RunService.RunServiceBase
{
    public override Task<CreateRunResponse> CreateRun(CreateRunRequest request, ServerCallContext context)
    {
        Fail.If(request.RunId?.Name is null or "", "run_id");
        Fail.If(request.TaskCase == CreateRunRequest.TaskOneofCase.None, "task");
        Fail.If(request.OffloadedInputData is not { Uri.Length: > 0, InputsHash.Length: > 0 }, "offloaded_input_data");
        Fail.If(request.Inputs is not null, "inputs reached the control plane");
        Record(request);
        var action = new Flyteidl2.Workflow.Action { Id = new ActionIdentifier { Run = request.RunId, Name = "a0" } };
        return Task.FromResult(new CreateRunResponse { Run = new Run { Action = action } });
    }

    public override async Task WatchActions(
        WatchActionsRequest request, IServerStreamWriter<WatchActionsResponse> responseStream, ServerCallContext context)
    {
        Record(request);
        var calls = state.Requests.OfType<WatchActionsRequest>().Count();
        // A new watch begins with the newest state of each action.
        var actions = state.WatchBreaksAfterEachMessage
            ? state.Script.Take(calls).GroupBy(action => action.Id.Name).Select(states => states.Last())
            : state.Script;
        foreach (var action in actions)
        {
            await responseStream.WriteAsync(
                new WatchActionsResponse { EnrichedActions = { new EnrichedAction { Action = action } } }, context.CancellationToken);
        }

        state.Watching.TrySetResult();
        if (!state.WatchBreaksAfterEachMessage)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.CancellationToken);
        }
    }

    public override Task<GetActionDetailsResponse> GetActionDetails(GetActionDetailsRequest request, ServerCallContext context)
    {
        Record(request);
        return Task.FromResult(new GetActionDetailsResponse { Details = state.Root });
    }

    public override Task<GetActionDataURIsResponse> GetActionDataURIs(
        GetActionDataURIsRequest request, ServerCallContext context)
    {
        Record(request);
        return Task.FromResult(new GetActionDataURIsResponse { InputsUri = "fake://store/inputs/d1ge5t" });
    }

    public override async Task<GetRunDetailsResponse> GetRunDetails(GetRunDetailsRequest request, ServerCallContext context)
    {
        Record(request);
        if (state.IsClusterAway)
        {
            await context.WriteResponseHeadersAsync(new Metadata { { "union-partial", "cluster_offline" } });
        }

        return new GetRunDetailsResponse { Details = new RunDetails { Action = state.Root } };
    }

    public override Task<ListRunsResponse> ListRuns(ListRunsRequest request, ServerCallContext context)
    {
        Record(request);
        Fail.If(request.Request.Limit is 0 or > 100, "limit");
        var offset = request.Request.Token.Length == 0 ? 0 : 1;
        return Task.FromResult(new ListRunsResponse
        {
            Runs = { state.Script.Skip(offset).Take(1).Select(action => new Run { Action = action }) },
            Token = offset == 0 && state.Script.Count > 1 ? "1" : "",
        });
    }

    public override Task<ListActionsResponse> ListActions(ListActionsRequest request, ServerCallContext context)
    {
        Record(request);
        return Task.FromResult(new ListActionsResponse { Actions = { state.Script } });
    }

    public override Task<AbortRunResponse> AbortRun(AbortRunRequest request, ServerCallContext context)
    {
        Record(request);
        return Task.FromResult(new AbortRunResponse());
    }

    public override Task<AbortActionResponse> AbortAction(AbortActionRequest request, ServerCallContext context)
    {
        Record(request);
        return Task.FromResult(new AbortActionResponse());
    }

    private void Record(object request)
    {
        if (state.Failure is not null)
        {
            throw state.Failure;
        }

        state.Requests.Enqueue(request);
    }
}

internal sealed class FakeClusterService(FakeState state) : ClusterService.ClusterServiceBase
{
    public override Task<SelectClusterResponse> SelectCluster(SelectClusterRequest request, ServerCallContext context)
    {
        Fail.If(request.Operation == SelectClusterRequest.Types.Operation.Unspecified, "operation");
        Fail.If(request.ResourceCase == SelectClusterRequest.ResourceOneofCase.None, "resource");
        return Task.FromResult(state.Selected);
    }
}

internal sealed class FakeDataService(FakeState state) : DataProxyService.DataProxyServiceBase
{
    public override Task<CreateUploadLocationResponse> CreateUploadLocation(
        CreateUploadLocationRequest request, ServerCallContext context)
    {
        Fail.UnlessBelow(context, "/dp/c1");
        Fail.If(request.ContentMd5.Length != 16 || request.ContentLength == 0 || request.Project.Length == 0, "upload location");
        var name = $"{Convert.ToHexStringLower(request.ContentMd5.Span)}-{request.Filename}";
        return Task.FromResult(new CreateUploadLocationResponse
        {
            SignedUrl = state.SignedUrl(name),
            NativeUrl = $"fake://store/{name}",
            Headers = { ["x-required"] = "yes" },
        });
    }

    public override Task<UploadInputsResponse> UploadInputs(UploadInputsRequest request, ServerCallContext context)
    {
        Fail.UnlessBelow(context, "/dp/c1");
        state.Requests.Enqueue(request);
        return Task.FromResult(new UploadInputsResponse
        {
            OffloadedInputData = new OffloadedInputData { Uri = "fake://store/inputs", InputsHash = "h" },
        });
    }

    public override Task<GetActionDataResponse> GetActionData(GetActionDataRequest request, ServerCallContext context)
    {
        Fail.UnlessBelow(context, "/dp/c1");
        return Task.FromResult(new GetActionDataResponse { Inputs = state.Inputs, Outputs = state.Outputs });
    }

    public override Task<CreateDownloadLinkResponse> CreateDownloadLink(
        CreateDownloadLinkRequest request, ServerCallContext context)
    {
        Fail.UnlessBelow(context, "/dp/c1");
        Fail.If(request.ArtifactType != ArtifactType.Report || request.ActionAttemptId.Attempt == 0, "report");
        var links = new PreSignedURLs();
        if (state.Objects.ContainsKey("report"))
        {
            links.SignedUrl.Add(state.SignedUrl("report"));
        }

        return Task.FromResult(new CreateDownloadLinkResponse { PreSignedUrls = links });
    }

    public override async Task TailLogs(
        TailLogsRequest request, IServerStreamWriter<TailLogsResponse> responseStream, ServerCallContext context)
    {
        Fail.UnlessBelow(context, "/dp/c1");
        Fail.If(request.Attempt == 0, "attempt");
        await responseStream.WriteAsync(
            new TailLogsResponse { Logs = { new TailLogsResponse.Types.Logs { Lines = { state.Logs } } } }, context.CancellationToken);
        if (state.Root.Status.Phase == ActionPhase.Running)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.CancellationToken);
        }
    }
}

internal sealed class FakeLinkService(FakeState state) : LinkService.LinkServiceBase
{
    public override Task<CreateOutputLinkResponse> CreateOutputLink(CreateOutputLinkRequest request, ServerCallContext context)
    {
        Fail.UnlessBelow(context, "/dp/c1");
        return state.Objects.ContainsKey(request.Output)
            ? Task.FromResult(new CreateOutputLinkResponse { SignedUrl = state.SignedUrl(request.Output), Method = "GET" })
            : throw new RpcException(new Status(StatusCode.FailedPrecondition, "The output is a plain value."));
    }

    public override Task<CreateLinksResponse> CreateLinks(CreateLinksRequest request, ServerCallContext context)
    {
        Fail.UnlessBelow(context, "/dp/c1");
        state.Requests.Enqueue(request);
        return Task.FromResult(new CreateLinksResponse
        {
            Results =
            {
                request.References.Select(reference => reference.Contains("secret", StringComparison.Ordinal)
                    ? new LinkResult { Refusal = new LinkRefusal { Reason = "prefix_refused_by_policy", Message = "Not there." } }
                    : new LinkResult { Link = new SignedLink { SignedUrl = FakeState.LinkAskedFor, Method = "GET", ExpiresAt = new() } }),
            },
        });
    }
}

internal sealed class FakeSecretService(FakeState state) : SecretService.SecretServiceBase
{
    public override Task<CreateSecretResponse> CreateSecret(CreateSecretRequest request, ServerCallContext context)
    {
        Fail.UnlessBelow(context, "/dp/c1");
        if (request.Id.Name == "taken")
        {
            throw new RpcException(new Status(StatusCode.AlreadyExists, "taken"));
        }

        state.Requests.Enqueue(request);
        return Task.FromResult(new CreateSecretResponse());
    }

    public override Task<UpdateSecretResponse> UpdateSecret(UpdateSecretRequest request, ServerCallContext context)
    {
        Fail.UnlessBelow(context, "/dp/c1");
        state.Requests.Enqueue(request);
        return Task.FromResult(new UpdateSecretResponse());
    }

    public override Task<ListSecretsResponse> ListSecrets(ListSecretsRequest request, ServerCallContext context)
    {
        Fail.UnlessBelow(context, "/dp/c1");
        var secret = new Flyteidl2.Secret.Secret { Id = new SecretIdentifier { Name = "api_key" } };
        return Task.FromResult(new ListSecretsResponse { Secrets = { secret } });
    }

    public override Task<DeleteSecretResponse> DeleteSecret(DeleteSecretRequest request, ServerCallContext context)
    {
        Fail.UnlessBelow(context, "/dp/c1");
        state.Requests.Enqueue(request);
        return Task.FromResult(new DeleteSecretResponse());
    }
}

internal sealed class FakeClusterAdminService(FakeState state) : ClusterAdminService.ClusterAdminServiceBase
{
    public override Task<CreateJoinTokenResponse> CreateJoinToken(CreateJoinTokenRequest request, ServerCallContext context)
    {
        state.Requests.Enqueue(request);
        return Task.FromResult(new CreateJoinTokenResponse
        {
            Token = "join-me",
            ExpiresAt = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch),
        });
    }

    public override Task<ListClustersResponse> ListClusters(ListClustersRequest request, ServerCallContext context) =>
        Task.FromResult(new ListClustersResponse
        {
            Clusters = { new ClusterSummary { Id = "c1", Name = "east\u001b[31m", State = ClusterState.Online, Running = 3 } },
        });

    public override Task<RevokeClusterResponse> RevokeCluster(RevokeClusterRequest request, ServerCallContext context) =>
        throw new RpcException(new Status(StatusCode.NotFound, $"There is no cluster {request.Name}."));
}

internal sealed class FakeChildrenService(FakeState state) : ChildrenService.ChildrenServiceBase
{
    private const string Prefix = $"/a/{FakeState.TaskToken}";

    public override Task<EnqueueResponse> Enqueue(EnqueueRequest request, ServerCallContext context)
    {
        Fail.UnlessBelow(context, Prefix);
        Fail.WhileAway(state);
        state.Requests.Enqueue(request);
        return Task.FromResult(new EnqueueResponse());
    }

    public override async Task Wait(
        WaitRequest request, IServerStreamWriter<ChildResult> responseStream, ServerCallContext context)
    {
        Fail.UnlessBelow(context, Prefix);
        state.Requests.Enqueue(request);
        foreach (var name in request.Names)
        {
            Fail.WhileAway(state);
            var result = name.StartsWith("bad", StringComparison.Ordinal)
                ? new ChildResult { Name = name, Phase = ActionPhase.Failed, ErrorCode = "exit_code", ErrorMessage = "it broke\u001b[2J" }
                : new ChildResult { Name = name, Phase = ActionPhase.Succeeded };
            await responseStream.WriteAsync(result, context.CancellationToken);
        }
    }

    public override async Task ReadOutput(
        ReadOutputRequest request, IServerStreamWriter<Chunk> responseStream, ServerCallContext context)
    {
        Fail.UnlessBelow(context, Prefix);
        Fail.WhileAway(state);
        foreach (var part in new[] { request.Child, ".", request.Output })
        {
            await responseStream.WriteAsync(
                new Chunk { Content = Google.Protobuf.ByteString.CopyFromUtf8(part) }, context.CancellationToken);
        }
    }

    public override async Task<UploadFileResponse> UploadFile(
        IAsyncStreamReader<Chunk> requestStream, ServerCallContext context)
    {
        Fail.UnlessBelow(context, Prefix);
        using var content = new MemoryStream();
        await foreach (var chunk in requestStream.ReadAllAsync(context.CancellationToken))
        {
            Fail.If(chunk.Content.Length > 64 * 1024, "chunk");
            content.Write(chunk.Content.Span);
        }

        state.Objects["uploaded"] = content.ToArray();
        return new UploadFileResponse { Uri = "fake://store/uploaded" };
    }
}

internal static class Fail
{
    /// <summary>Refuses as often as the test said, as a plane that is being restarted does.</summary>
    public static void WhileAway(FakeState state)
    {
        if (state.AwayAfter-- == 0)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "The server is stopping; try again."));
        }
    }

    public static void If(bool isWrong, string what)
    {
        if (isWrong)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, what));
        }
    }

    public static void UnlessBelow(ServerCallContext context, string prefix)
    {
        if (context.GetHttpContext().Items["prefix"] as string != prefix)
        {
            throw new RpcException(new Status(StatusCode.Unimplemented, "The control plane holds no data."));
        }
    }
}
