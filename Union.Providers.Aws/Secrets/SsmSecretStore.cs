using System.Globalization;
using System.Runtime.CompilerServices;
using Amazon.SimpleSystemsManagement;
using Amazon.SimpleSystemsManagement.Model;
using Union.Core.ComputePlane.Secrets;
using Union.Core.ComputePlane.Secrets.Remote;

namespace Union.Providers.Aws.Secrets;

/// <summary>
/// Secrets as SecureString parameters of AWS Systems Manager, <c>/prefix/org/project/domain/name</c>. A parameter knows
/// when its newest version was written, not when the first was, so that stands in its description.
/// </summary>
public sealed class SsmSecretStore : ISecretStore, IDisposable
{
    /// <summary>What an advanced parameter holds; Intelligent-Tiering takes one where a standard one (4 KiB) is too small.</summary>
    private const int MaxCharacters = 8 * 1024;

    private const string Described = "Secret of Union, created ";
    private const int PageSize = 50;

    private readonly AmazonSimpleSystemsManagementClient _ssm;
    private readonly AwsSecretStoreOptions _options;
    private readonly TimeProvider _time;

    public SsmSecretStore(AwsSecretStoreOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _ssm = options.Credentials is null
            ? new AmazonSimpleSystemsManagementClient(ConfigOf(options))
            : new AmazonSimpleSystemsManagementClient(options.Credentials, ConfigOf(options));
    }

    public SecretStoreCapabilities Capabilities { get; } = new(SecretText.MaxBytes(MaxCharacters))
    {
        MaxTextBytes = MaxCharacters,
    };

    private string Root => "/" + _options.Prefix;

    public async Task<string> PutAsync(
        SecretName name, SecretBytes value, PutSecret mode, CancellationToken cancellationToken)
    {
        var text = SecretText.Encode(value, MaxCharacters)
            ?? throw SecretStoreException.TooLarge(name, Capabilities);
        var request = new PutParameterRequest
        {
            Name = SecretPath.Of(Root, name),
            Value = text,
            Type = ParameterType.SecureString,
            Tier = ParameterTier.IntelligentTiering,
            KeyId = _options.KmsKey,
            Overwrite = mode is PutSecret.Replace,
            Description = Described + _time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture),
        };
        if (mode is PutSecret.Replace && await FindAsync(request.Name, cancellationToken) is { } old)
        {
            request.Description = Described + CreatedOf(old).ToString("O", CultureInfo.InvariantCulture);
        }

        try
        {
            var answer = await _ssm.PutParameterAsync(request, cancellationToken);
            return answer.Version!.Value.ToString(CultureInfo.InvariantCulture);
        }
        catch (ParameterAlreadyExistsException)
        {
            throw SecretStoreException.Exists(name);
        }
        catch (Exception e) when (AwsSecretFailures.IsFailure(e, cancellationToken))
        {
            throw AwsSecretFailures.Translate(e, "ssm:PutParameter");
        }
    }

    public async Task<SecretBytes> GetAsync(SecretName name, string? version, CancellationToken cancellationToken)
    {
        // Anything but a number would be a label, and there are none of ours.
        if (version is not null && !long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            throw SecretStoreException.Missing(name);
        }

        var path = SecretPath.Of(Root, name);
        try
        {
            var request = new GetParameterRequest
            {
                Name = version is null ? path : $"{path}:{version}",
                WithDecryption = true,
            };
            return SecretText.Decode((await _ssm.GetParameterAsync(request, cancellationToken)).Parameter.Value);
        }
        catch (Exception e) when (e is ParameterNotFoundException or ParameterVersionNotFoundException)
        {
            throw SecretStoreException.Missing(name);
        }
        catch (Exception e) when (AwsSecretFailures.IsFailure(e, cancellationToken))
        {
            throw AwsSecretFailures.Translate(e, "ssm:GetParameter");
        }
    }

    public async Task<StoredSecret?> FindAsync(SecretName name, CancellationToken cancellationToken) =>
        await FindAsync(SecretPath.Of(Root, name), cancellationToken) is { } found
            ? new StoredSecret(name, CreatedOf(found))
            : null;

    public async Task DeleteAsync(SecretName name, CancellationToken cancellationToken)
    {
        try
        {
            var request = new DeleteParameterRequest { Name = SecretPath.Of(Root, name) };
            await _ssm.DeleteParameterAsync(request, cancellationToken);
        }
        catch (ParameterNotFoundException)
        {
            // Deleting is idempotent.
        }
        catch (Exception e) when (AwsSecretFailures.IsFailure(e, cancellationToken))
        {
            throw AwsSecretFailures.Translate(e, "ssm:DeleteParameter");
        }
    }

    public IAsyncEnumerable<StoredSecret> ListAsync(SecretScope scope, CancellationToken cancellationToken) =>
        ReadAllAsync(scope.Org, cancellationToken).BelowAsync(scope, cancellationToken);

    public void Dispose() => _ssm.Dispose();

    private async IAsyncEnumerable<StoredSecret> ReadAllAsync(
        string org, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var below = new ParameterStringFilter
        {
            Key = "Path",
            Option = "Recursive",
            Values = [SecretPath.Folder(Root, org)],
        };
        string? next = null;
        do
        {
            var page = await DescribeAsync(below, next, cancellationToken);
            foreach (var parameter in page.Parameters ?? [])
            {
                if (SecretPath.TryRead(Root, parameter.Name) is { } name)
                {
                    yield return new StoredSecret(name, CreatedOf(parameter));
                }
            }

            next = page.NextToken;
        }
        while (!string.IsNullOrEmpty(next));
    }

    private async Task<ParameterMetadata?> FindAsync(string path, CancellationToken cancellationToken)
    {
        var named = new ParameterStringFilter { Key = "Name", Option = "Equals", Values = [path] };
        var page = await DescribeAsync(named, null, cancellationToken);
        return page.Parameters?.SingleOrDefault();
    }

    private async Task<DescribeParametersResponse> DescribeAsync(
        ParameterStringFilter filter, string? next, CancellationToken cancellationToken)
    {
        try
        {
            var request = new DescribeParametersRequest
            {
                ParameterFilters = [filter],
                MaxResults = PageSize,
                NextToken = next,
            };
            return await _ssm.DescribeParametersAsync(request, cancellationToken);
        }
        catch (Exception e) when (AwsSecretFailures.IsFailure(e, cancellationToken))
        {
            throw AwsSecretFailures.Translate(e, "ssm:DescribeParameters");
        }
    }

    private static DateTimeOffset CreatedOf(ParameterMetadata parameter) =>
        parameter.Description?.StartsWith(Described, StringComparison.Ordinal) is true
        && DateTimeOffset.TryParse(
            parameter.Description.AsSpan(Described.Length), CultureInfo.InvariantCulture, DateTimeStyles.None, out var created)
            ? created
            : new DateTimeOffset(parameter.LastModifiedDate!.Value.ToUniversalTime());

    private static AmazonSimpleSystemsManagementConfig ConfigOf(AwsSecretStoreOptions options)
    {
        // A retried create-only put whose first answer was lost would say "exists already".
        var config = new AmazonSimpleSystemsManagementConfig
        {
            MaxErrorRetry = 0,
            Timeout = TimeSpan.FromSeconds(20),
            AuthenticationRegion = options.Region,
        };
        if (options.Endpoint is null)
        {
            config.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(options.Region);
        }
        else
        {
            config.ServiceURL = options.Endpoint;
        }

        return config;
    }
}
