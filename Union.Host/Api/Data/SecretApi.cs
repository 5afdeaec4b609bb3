using System.Text;
using System.Text.Json;
using Flyteidl2.Secret;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using MediatR;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Secrets;
using Commands = Union.Core.ComputePlane.Secrets;

namespace Union.Host.Api.Data;

/// <summary>SecretService: names in and out, values only in.</summary>
internal sealed class SecretApi(IMediator mediator) : SecretService.SecretServiceBase
{
    private const int MaxToken = 1024;

    public override async Task<CreateSecretResponse> CreateSecret(CreateSecretRequest request, ServerCallContext context)
    {
        var (project, domain, name) = Read(request.Id);
        await mediator.Send(
            new Commands.CreateSecret(project, domain, name, ValueOf(request.SecretSpec)), context.CancellationToken);
        return new CreateSecretResponse();
    }

    public override async Task<UpdateSecretResponse> UpdateSecret(UpdateSecretRequest request, ServerCallContext context)
    {
        var (project, domain, name) = Read(request.Id);
        await mediator.Send(
            new Commands.UpdateSecret(project, domain, name, ValueOf(request.SecretSpec)), context.CancellationToken);
        return new UpdateSecretResponse();
    }

    public override async Task<GetSecretResponse> GetSecret(GetSecretRequest request, ServerCallContext context)
    {
        var (project, domain, name) = Read(request.Id);
        var found = await mediator.Send(new Commands.GetSecret(project, domain, name), context.CancellationToken);
        return new GetSecretResponse { Secret = Write(found) };
    }

    public override async Task<DeleteSecretResponse> DeleteSecret(DeleteSecretRequest request, ServerCallContext context)
    {
        var (project, domain, name) = Read(request.Id);
        await mediator.Send(new Commands.DeleteSecret(project, domain, name), context.CancellationToken);
        return new DeleteSecretResponse();
    }

    public override async Task<ListSecretsResponse> ListSecrets(ListSecretsRequest request, ServerCallContext context)
    {
        var query = new Commands.ListSecrets(
            Optional(request.Project), Optional(request.Domain), request.Limit, ReadToken(request.Token));
        var page = await mediator.Send(query, context.CancellationToken);
        return new ListSecretsResponse { Secrets = { page.Secrets.Select(Write) }, Token = WriteToken(page.Next) };
    }

    private static (string? Project, string? Domain, string Name) Read(SecretIdentifier? id) =>
        (Optional(id?.Project), Optional(id?.Domain), id?.Name ?? "");

    private static SecretBytes ValueOf(SecretSpec? spec)
    {
        if (spec is null || spec.ValueCase is SecretSpec.ValueOneofCase.None)
        {
            throw new UnionException(ErrorCode.InvalidArgument, "request_invalid", "The secret has no value.");
        }

        if (spec.Type is not SecretType.Generic)
        {
            throw new UnionException(
                ErrorCode.Unimplemented, "secret_type_unsupported", "This cluster keeps generic secrets only.",
                "Configure registries on the cluster itself.");
        }

        return new SecretBytes(
            spec.HasBinaryValue ? spec.BinaryValue.Memory : Encoding.UTF8.GetBytes(spec.StringValue));
    }

    private static Secret Write(StoredSecret secret) => new()
    {
        Id = new SecretIdentifier
        {
            Organization = secret.Name.Scope.Org,
            Project = secret.Name.Scope.Project ?? "",
            Domain = secret.Name.Scope.Domain ?? "",
            Name = secret.Name.Name,
        },
        SecretMetadata = new SecretMetadata
        {
            CreatedTime = secret.Created.ToTimestamp(),
            SecretStatus = new SecretStatus { OverallStatus = OverallStatus.FullyPresent },
            Type = SecretType.Generic,
        },
    };

    private static string WriteToken(SecretPosition? next) =>
        next is null ? "" : Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(next));

    // A forged token only chooses where to go on among names that the caller may list anyway.
    private static SecretPosition? ReadToken(string token)
    {
        if (token.Length == 0)
        {
            return null;
        }

        try
        {
            var position = token.Length <= MaxToken
                ? JsonSerializer.Deserialize<SecretPosition>(Convert.FromBase64String(token))
                : null;
            return position?.Name is null ? throw new FormatException() : position;
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            throw new UnionException(
                ErrorCode.InvalidArgument, "page_token_invalid", "The page token is not one of this list.",
                "Start again without a token.");
        }
    }

    private static string? Optional(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
