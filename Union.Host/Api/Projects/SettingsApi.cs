using Flyteidl2.Settings;
using Grpc.Core;
using MediatR;
using Union.Core.ControlPlane.Projects;

namespace Union.Host.Api.Projects;

/// <summary>
/// Settings that stock clients can look up before they change any. None are kept here: every level is as it was
/// installed, and setting one is not served.
/// </summary>
internal sealed class SettingsApi(IMediator mediator) : SettingsService.SettingsServiceBase
{
    public override async Task<GetSettingsForEditResponse> GetSettingsForEdit(
        GetSettingsForEditRequest request, ServerCallContext context)
    {
        if (request.Key is { Project.Length: > 0 } key)
        {
            await mediator.Send(new GetProject(key.Project), context.CancellationToken);
        }

        return new GetSettingsForEditResponse { RequestedKey = request.Key };
    }
}
