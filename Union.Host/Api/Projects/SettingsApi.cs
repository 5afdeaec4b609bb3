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
        await RequireAsync(request.Key, context.CancellationToken);
        return new GetSettingsForEditResponse { RequestedKey = request.Key };
    }

    public override async Task<GetSettingsResponse> GetSettings(GetSettingsRequest request, ServerCallContext context)
    {
        await RequireAsync(request.Key, context.CancellationToken);
        return new GetSettingsResponse
        {
            SettingsRecord = new SettingsRecord { Key = request.Key, Settings = new Settings() },
        };
    }

    private async Task RequireAsync(SettingsKey? key, CancellationToken cancellationToken)
    {
        if (key is { Project.Length: > 0 })
        {
            await mediator.Send(new GetProject(key.Project), cancellationToken);
        }
    }
}
