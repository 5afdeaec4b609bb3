using Flyteidl2.Trigger;
using Google.Protobuf;
using Grpc.Core;
using MediatR;
using Union.Core.Boundary;
using Union.Core.ControlPlane.Tasks;
using Union.Core.ControlPlane.Triggers;
using Union.Core.Pipeline;
using Union.Host.Api.Listing;
using Union.Host.Api.Runs;
using Union.Host.Api.Splicing;

namespace Union.Host.Api.Triggers;

/// <summary>Triggers of deployed tasks.</summary>
[BindServiceMethod(typeof(TriggerApi), nameof(Bind))]
internal sealed class TriggerApi(IMediator mediator, Caller caller, IPrivateParts privateParts)
    : TriggerService.TriggerServiceBase
{
    public static void Bind(ServiceBinderBase binder, TriggerService.TriggerServiceBase service) =>
        TriggerService.BindService(new SplicingBinder(binder), service);

    public override async Task<DeployTriggerResponse> DeployTrigger(
        DeployTriggerRequest request, ServerCallContext context)
    {
        var name = TriggerMessages.Name(request.Name);
        var version = request.Spec?.TaskVersion ?? "";
        // The private part goes where the task's own is: its runs need both.
        var task = await mediator.Send(
            new GetTask(name.Project, name.Domain, name.Key.Task, version), context.CancellationToken);
        var scope = new ProjectScope(caller.Principal.Org, name.Project, name.Domain);
        var trigger = await new NewTriggerReader(
            privateParts, caller.Principal, task.Task.ClusterId, scope)
            .ReadAsync(request, context.CancellationToken);
        var detail = await mediator.Send(
            new DeployTrigger(
                name.Project, name.Domain, name.Key.Task, task.Task.Version, trigger, (long)request.Revision),
            context.CancellationToken);
        var response = new DeployTriggerResponse { Trigger = TriggerMessages.Details(detail) };
        await SpliceAsync(response, detail, DeployTriggerResponse.TriggerFieldNumber, context);
        return response;
    }

    public override async Task<GetTriggerDetailsResponse> GetTriggerDetails(
        GetTriggerDetailsRequest request, ServerCallContext context)
    {
        var detail = await FindAsync(request.Name, 0, context);
        var response = new GetTriggerDetailsResponse { Trigger = TriggerMessages.Details(detail) };
        await SpliceAsync(response, detail, GetTriggerDetailsResponse.TriggerFieldNumber, context);
        return response;
    }

    public override async Task<GetTriggerRevisionDetailsResponse> GetTriggerRevisionDetails(
        GetTriggerRevisionDetailsRequest request, ServerCallContext context)
    {
        var detail = await FindAsync(request.Id?.Name, request.Id?.Revision ?? 0, context);
        var response = new GetTriggerRevisionDetailsResponse { Trigger = TriggerMessages.Details(detail) };
        await SpliceAsync(response, detail, GetTriggerRevisionDetailsResponse.TriggerFieldNumber, context);
        return response;
    }

    public override async Task<ListTriggersResponse> ListTriggers(ListTriggersRequest request, ServerCallContext context)
    {
        var about = request.Clone();
        about.Request = null;
        var asked = ListRequests.Read(request.Request, about, newestFirst: true);
        var page = await mediator.Send(TriggerScopes.Of(request, asked.Query), context.CancellationToken);
        var response = new ListTriggersResponse { Token = asked.TokenOf(page.Next) };
        response.Triggers.AddRange(page.Rows.Select(TriggerMessages.Summary));
        return response;
    }

    public override async Task<GetTriggerRevisionHistoryResponse> GetTriggerRevisionHistory(
        GetTriggerRevisionHistoryRequest request, ServerCallContext context)
    {
        var name = TriggerMessages.Name(request.Name);
        var asked = ListRequests.Read(request.Request, request.Name ?? new Flyteidl2.Common.TriggerName(), newestFirst: true);
        var history = await mediator.Send(
            new ListTriggerRevisions(name.Project, name.Domain, name.Key, asked.Query), context.CancellationToken);
        var response = new GetTriggerRevisionHistoryResponse { Token = asked.TokenOf(history.Page.Next) };
        response.Triggers.AddRange(history.Page.Rows.Select(r => TriggerMessages.Revision(history.Trigger, r)));
        return response;
    }

    public override async Task<UpdateTriggersResponse> UpdateTriggers(
        UpdateTriggersRequest request, ServerCallContext context)
    {
        await mediator.Send(
            new UpdateTriggers([.. request.Names.Select(TriggerMessages.Name)], request.Active), context.CancellationToken);
        return new UpdateTriggersResponse();
    }

    public override async Task<DeleteTriggersResponse> DeleteTriggers(
        DeleteTriggersRequest request, ServerCallContext context)
    {
        await mediator.Send(
            new DeleteTriggers([.. request.Names.Select(TriggerMessages.Name)]), context.CancellationToken);
        return new DeleteTriggersResponse();
    }

    private Task<TriggerDetail> FindAsync(
        Flyteidl2.Common.TriggerName? wireName, ulong revision, ServerCallContext context)
    {
        var name = TriggerMessages.Name(wireName);
        return mediator.Send(
            new GetTrigger(name.Project, name.Domain, name.Key, (long)revision), context.CancellationToken);
    }

    private async Task SpliceAsync(IMessage response, TriggerDetail detail, int field, ServerCallContext context)
    {
        var row = detail.Trigger;
        var parts = await privateParts.FetchAsync(
            detail.Revision.ClusterId, new ProjectScope(row.Org, row.Project, row.Domain),
            [detail.Revision.RunPrivate], context);
        Splices.Attach(response, Splices.AsField(field, Splices.AsField(
            TriggerDetails.SpecFieldNumber, Splices.AsField(TriggerSpec.RunSpecFieldNumber, parts[0]))));
    }
}
