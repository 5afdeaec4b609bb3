using System.Diagnostics.CodeAnalysis;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Sas;
using BenchmarkDotNet.Attributes;
using Union.Core.ComputePlane.Objects;
using Union.Providers.Azure.Objects;

namespace Union.Benchmarks.Sign;

/// <summary>A link to read one object, signed with a delegation key: by our signer, and by BlobSasBuilder alone.</summary>
[SuppressMessage("Design", "CA1001", Justification = "BenchmarkDotNet calls CleanUp.")]
public class AzureSigning
{
    private const string Account = "someaccount";
    private const string Container = "some-container";

    private readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();
    private UserDelegationKey _delegated = null!;
    private UserDelegationKeys _keys = null!;
    private BlobSasSigner _signer = null!;

    [GlobalSetup]
    public void SetUp()
    {
        _delegated = BlobsModelFactory.UserDelegationKey(
            Guid.Empty.ToString(), Guid.Empty.ToString(), _now.AddMinutes(-10), _now.AddDays(1), "b", "2025-05-05",
            Convert.ToBase64String(new byte[32]));
        _keys = new UserDelegationKeys((_, _, _) => Task.FromResult(_delegated), TimeProvider.System);
        _signer = new BlobSasSigner(
            _keys, new BlobObjectStoreOptions { Account = Account, Container = Container }, TimeProvider.System);
        _signer.SignAsync(Links.Read, Links.Key, default).AsTask().GetAwaiter().GetResult();
    }

    [GlobalCleanup]
    public void CleanUp() => _keys.Dispose();

    [Benchmark]
    public PresignedRequest Ours() => Links.Signed(_signer.SignAsync(Links.Read, Links.Key, default));

    [Benchmark]
    public string Vendor()
    {
        var builder = new BlobSasBuilder(BlobSasPermissions.Read, _now.AddMinutes(15))
        {
            BlobContainerName = Container,
            BlobName = Links.Key,
            Resource = "b",
            StartsOn = _now,
        };
        return builder.ToSasQueryParameters(_delegated, Account).ToString();
    }
}
