using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Google.Apis.Auth.OAuth2;
using Union.Providers.Gcp.Objects;

namespace Union.Benchmarks.Sign;

/// <summary>A link to read one object, signed with a key file, beside one RSA signature with that key.</summary>
public class GcsSigning
{
    private readonly byte[] _text = new byte[120];
    private ServiceAccountCredential _credential = null!;
    private Goog4QuerySigner _signer = null!;

    [GlobalSetup]
    public void SetUp()
    {
        using var rsa = RSA.Create(2048);
        var initializer = new ServiceAccountCredential.Initializer("signer@throw-away.iam.gserviceaccount.com")
            .FromPrivateKey(rsa.ExportPkcs8PrivateKeyPem());
        _credential = new ServiceAccountCredential(initializer);
        _signer = new Goog4QuerySigner(_credential, _credential.Id, new GcsObjectStoreOptions { Bucket = "some-bucket" });
    }

    [Benchmark]
    public bool Ours()
    {
        var signed = _signer.SignAsync(Links.Read, Links.Key, TimeProvider.System.GetUtcNow(), default);
        signed.GetAwaiter().GetResult();
        return signed.IsCompletedSuccessfully;
    }

    [Benchmark]
    public byte[] Crypto() => _credential.Key.SignData(_text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
}
