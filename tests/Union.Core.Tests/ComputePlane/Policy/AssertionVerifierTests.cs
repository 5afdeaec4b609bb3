using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Union.Core.Boundary;
using Union.Core.Boundary.Clusters;
using Union.Core.Boundary.Identity;
using Union.Core.ComputePlane.Policy;
using Union.Core.ControlPlane.Clusters;
using Union.Testing;

namespace Union.Core.Tests.ComputePlane.Policy;

public sealed class AssertionVerifierTests : IDisposable
{
    private const string Method = "/a.B/C";
    private static readonly ClusterIdentity Self = new("default", "01890a5d-ac96-774b-bcce-b302099a8057");
    private static readonly Principal Ada = new(
        "ada", "default", [new Grant(Verb.DataRead, "p", "d"), new Grant(Verb.SecretsWrite)]);

    private readonly string _folder = Directory.CreateTempSubdirectory("union-test-").FullName;
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly AssertionSigner _signer;
    private readonly PinnedAssertionKeys _keys;
    private readonly AssertionVerifier _verifier;

    public AssertionVerifierTests()
    {
        _signer = AssertionSigner.Open(Path.Combine(_folder, "control"), _time);
        _keys = PinnedAssertionKeys.Open(Path.Combine(_folder, "pinned.json"));
        _keys.Accept(_signer.Keys);
        _verifier = new AssertionVerifier(_keys, _time);
    }

    public void Dispose()
    {
        _signer.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    // RFC 7638's own example is RSA; this is the P-256 key of RFC 7517 appendix A.1, hashed by hand with openssl.
    [Fact]
    public void Thumbprint_KeyOfRfc7517_KnownAnswer()
    {
        using var key = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint
            {
                X = Base64Url.DecodeFromChars("MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4"),
                Y = Base64Url.DecodeFromChars("4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"),
            },
        });

        Assert.Equal("cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s", AssertionKey.Thumbprint(key));
    }

    [Fact]
    public void Verify_Signed_PrincipalWithGrantsOfTheVerbOnly()
    {
        var call = Verify(Sign());

        Assert.Equal(("ada", "default", "r1"), (call.Principal.Subject, call.Principal.Org, call.RequestId));
        Assert.Equal([new Grant(Verb.DataRead, "p", "d")], call.Principal.Grants);
    }

    [Fact]
    public void Verify_AnyCharacterChanged_Refused()
    {
        var text = Sign();

        for (var i = 0; i < text.Length; i++)
        {
            var changed = text[..i] + (text[i] == 'A' ? 'B' : 'A') + text[(i + 1)..];
            Assert.Throws<UnionException>(() => Verify(changed));
        }
    }

    [Theory]
    [InlineData("""{"alg":"none","kid":"KID"}""")]
    [InlineData("""{"alg":"HS256","kid":"KID"}""")]
    [InlineData("""{"alg":"ES256","kid":"KID","crit":["x"]}""")]
    [InlineData("""{"alg":"ES256","alg":"ES256","kid":"KID"}""")]
    [InlineData("""{"alg":"ES256","kid":"other"}""")]
    [InlineData("""{"alg":"ES256","kid":null}""")]
    [InlineData("""{"alg":"ES256"}""")]
    [InlineData("[]")]
    public void Verify_OtherHeaderTrulySigned_Refused(string header)
    {
        var payload = Sign().Split('.')[1];

        Assert.Equal("assertion_invalid", Assert.Throws<UnionException>(() => Verify(SignRaw(header, payload))).Reason);
    }

    [Fact]
    public void Verify_OwnHeaderTrulySigned_Accepted() =>
        Assert.Equal("ada", Verify(SignRaw("""{"alg":"ES256","kid":"KID"}""", Sign().Split('.')[1])).Principal.Subject);

    [Theory]
    [InlineData("\"sub\":\"ada\"", "\"sub\":\"ada\",\"sub\":\"eve\"")]
    [InlineData("\"sub\":\"ada\"", "\"sub\":\"ada\",\"admin\":true")]
    [InlineData("\"sub\":\"ada\"", "\"sub\":null")]
    [InlineData("\"sub\":\"ada\",", "")]
    [InlineData("\"exp\":1777636860", "\"exp\":1777636861")]
    public void Verify_OtherClaimsTrulySigned_Refused(string old, string changed)
    {
        var parts = Sign().Split('.');
        var payload = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[1]));
        Assert.Contains(old, payload, StringComparison.Ordinal);
        var replaced = Base64Url.EncodeToString(
            Encoding.UTF8.GetBytes(payload.Replace(old, changed, StringComparison.Ordinal)));

        Assert.Throws<UnionException>(() => Verify(SignRaw("""{"alg":"ES256","kid":"KID"}""", replaced)));
    }

    [Fact]
    public void Verify_OtherClusterOrgMethodOrNothing_Refused()
    {
        var text = Sign();

        Assert.Equal("assertion_audience", Reason(() => _verifier.Verify(text, "x", Self.Org, Method, Verb.DataRead, false)));
        Assert.Equal("assertion_audience", Reason(() => _verifier.Verify(text, Self.ClusterId, "x", Method, Verb.DataRead, false)));
        Assert.Equal("assertion_method", Reason(() => _verifier.Verify(text, Self.ClusterId, Self.Org, "/a.B/D", Verb.DataRead, false)));
        Assert.Equal("assertion_invalid", Reason(() => Verify(null)));
        Assert.Equal("assertion_invalid", Reason(() => Verify(new string('a', 100_000))));
        Assert.Equal("assertion_invalid", Reason(() => Verify($"{text},{text}")));
    }

    [Theory]
    [InlineData(90, true)]
    [InlineData(91, false)]
    [InlineData(-30, true)]
    [InlineData(-31, false)]
    public void Verify_ByAge_SixtySecondsAndThirtyOfTolerance(int seconds, bool accepted)
    {
        var text = Sign();
        var later = new AssertionVerifier(_keys, new FakeTimeProvider(_time.GetUtcNow().AddSeconds(seconds)));

        var failure = Record.Exception(
            () => later.Verify(text, Self.ClusterId, Self.Org, Method, Verb.DataRead, mutates: false));

        Assert.Equal(accepted, failure is null);
    }

    [Fact]
    public void Verify_RepeatedMutatingCall_RefusedButReadIsNot()
    {
        var text = Sign();
        Verify(text, mutates: true);

        Assert.Equal("assertion_repeated", Reason(() => Verify(text, mutates: true)));
        Assert.Equal("ada", Verify(text).Principal.Subject);
    }

    [Fact]
    public void Verify_ClockWasAheadAtTheStart_RefusesOnlyAsLongAsEarlierCallsCouldBeUsed()
    {
        var clock = new SteppedClock(_time) { Offset = TimeSpan.FromHours(1) };
        var verifier = new AssertionVerifier(_keys, clock);
        clock.Offset = TimeSpan.Zero;
        AssertedCall Call() => verifier.Verify(Sign(), Self.ClusterId, Self.Org, Method, Verb.DataRead, mutates: true);

        Assert.Equal("assertion_before_start", Reason(Call));
        _time.Advance(TimeSpan.FromSeconds(121));
        Assert.Equal("ada", Call().Principal.Subject);
    }

    [Fact]
    public void Verify_MutatingCallFromBeforeARestart_Refused()
    {
        var text = Sign();
        _time.Advance(TimeSpan.FromSeconds(2));
        var restarted = new AssertionVerifier(_keys, _time);

        Assert.Equal("assertion_before_start", Reason(
            () => restarted.Verify(text, Self.ClusterId, Self.Org, Method, Verb.DataRead, mutates: true)));
    }

    [Fact]
    public void Accept_SuccessorSignedByPinned_BelievedAndRemembered()
    {
        _signer.Stage();
        Assert.Empty(_keys.Accept(_signer.Keys));
        _signer.Promote();

        Assert.Equal("ada", Verify(Sign()).Principal.Subject);
        var reopened = new AssertionVerifier(PinnedAssertionKeys.Open(Path.Combine(_folder, "pinned.json")), _time);
        Assert.Equal("ada", reopened.Verify(
            Sign(), Self.ClusterId, Self.Org, Method, Verb.DataRead, mutates: false).Principal.Subject);
    }

    [Fact]
    public void Accept_StrangersKey_NotBelieved()
    {
        using var stranger = AssertionSigner.Open(Path.Combine(_folder, "stranger"), _time);
        var forged = stranger.Keys[0] with { SignedBy = _signer.Keys[0].KeyId, Signature = new byte[64] };

        Assert.Equal([stranger.Keys[0].KeyId], _keys.Accept([.. _signer.Keys, stranger.Keys[0]]));
        Assert.Equal([forged.KeyId], _keys.Accept([forged]));

        Assert.Equal("assertion_invalid", Reason(
            () => Verify(stranger.Sign(Ada, Self, Method, Verb.DataRead, "r1"))));
    }

    [Fact]
    public void Seen_Full_RefusesUntilOldOnesExpire()
    {
        var seen = new SeenAssertions(2);

        Assert.Equal(SeenResult.New, seen.Add("a", expires: 10, now: 0));
        Assert.Equal(SeenResult.New, seen.Add("b", expires: 20, now: 0));
        Assert.Equal(SeenResult.Full, seen.Add("c", expires: 20, now: 10));
        Assert.Equal(SeenResult.New, seen.Add("c", expires: 20, now: 11));
        Assert.Equal(SeenResult.Repeated, seen.Add("b", expires: 20, now: 20));
    }

    private static string Reason(Func<object> act) => Assert.Throws<UnionException>(act).Reason;

    private string Sign() => _signer.Sign(Ada, Self, Method, Verb.DataRead, "r1");

    private AssertedCall Verify(string? text, bool mutates = false) =>
        _verifier.Verify(text, Self.ClusterId, Self.Org, Method, Verb.DataRead, mutates);

    /// <summary>With the real key, so that only what is in the parts can be the reason of a refusal.</summary>
    private string SignRaw(string header, string payload)
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(Path.Combine(_folder, "control", "assertion.key")));
        var text = header.Replace("KID", _signer.Keys[0].KeyId, StringComparison.Ordinal);
        var signed = $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text))}.{payload}";
        var signature = key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256);
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }
}
