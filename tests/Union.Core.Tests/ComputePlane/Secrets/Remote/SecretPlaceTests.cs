using System.Text;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Secrets;
using Union.Core.ComputePlane.Secrets.Remote;

namespace Union.Core.Tests.ComputePlane.Secrets.Remote;

/// <summary>Every name there can be has one place in every store, and the place gives the name back.</summary>
public sealed class SecretPlaceTests
{
    // The characters that encodings stumble over, in every order up to three, are enough: both encodings look at one
    // character and its neighbour.
    private const string Odd = "aA0-_.";

    private static IEnumerable<string> Words =>
        from first in Odd
        from second in " " + Odd
        from third in " " + Odd
        select $"{first}{second}{third}".Replace(" ", "", StringComparison.Ordinal);

    private static IEnumerable<SecretName> AllNames()
    {
        var resources = Words.Where(Names.IsResource).Distinct().ToList();
        foreach (var word in resources)
        {
            yield return new SecretName(new SecretScope("acme", word, null), "n");
            yield return new SecretName(new SecretScope("acme", null, word), "n");
            yield return new SecretName(new SecretScope(word, word, word), "n");
        }

        foreach (var name in Words.Where(Names.IsSecret).Distinct())
        {
            yield return new SecretName(new SecretScope("acme", null, null), name);
            yield return new SecretName(new SecretScope("acme", "p", "d"), name);
        }
    }

    [Fact]
    public void Flat_EveryName_IsReadBack_AndNoTwoAreAlike()
    {
        var seen = new Dictionary<string, SecretName>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in AllNames().Distinct())
        {
            var flat = FlatSecretName.Of("union", name, 127);

            Assert.Matches("^[a-z][a-z0-9-]{0,126}$", flat);
            Assert.Equal(name, FlatSecretName.TryRead("union", flat));
            Assert.True(seen.TryAdd(flat, name), $"{name} and {seen[flat]} share {flat}");
        }
    }

    [Fact]
    public void Path_EveryName_IsReadBack_AndNoTwoAreAlike()
    {
        var seen = new Dictionary<string, SecretName>(StringComparer.Ordinal);
        foreach (var name in AllNames().Distinct())
        {
            var path = SecretPath.Of("/union", name);

            Assert.DoesNotContain(path.Split('/'), segment => segment is "." or "..");
            Assert.Equal(name, SecretPath.TryRead("/union", path));
            Assert.True(seen.TryAdd(path, name), $"{name} and {seen[path]} share {path}");
        }
    }

    [Fact]
    public void Flat_TooLong_IsAHash_ThatSaysNothingByItself()
    {
        var name = new SecretName(new SecretScope("acme", new string('P', 63), "d"), "n");

        var flat = FlatSecretName.Of("union", name, 127);

        Assert.Matches("^union-[0-9a-f]{64}$", flat);
        Assert.Null(FlatSecretName.TryRead("union", flat));
    }

    [Theory]
    [InlineData("union--acme--p--dev--my-1secret")]
    [InlineData("other--acme--p--dev--a")]
    [InlineData("union--acme--p--a")]
    [InlineData("union--acme--p--dev--")]
    [InlineData("union--acme--p--dev--a-")]
    [InlineData("union--acme--p--dev--a-9")]
    [InlineData("union----p--dev--a")]
    public void Flat_OnlyWhatIsOurs_IsRead(string flat)
    {
        var isOurs = flat == "union--acme--p--dev--my-1secret";

        Assert.Equal(isOurs, FlatSecretName.TryRead("union", flat) is not null);
    }

    [Theory]
    [InlineData("union/acme/p")]
    [InlineData("union/acme/p/dev/a/b")]
    [InlineData("unions/acme/p/dev/a")]
    [InlineData("union/_/p/dev/a")]
    public void Path_OfOthers_IsNotRead(string path) => Assert.Null(SecretPath.TryRead("union", path));

    [Fact]
    public void Text_AnyBytes_ComeBack_AndFitWherePromised()
    {
        foreach (var value in (byte[][])[[], [0], [0xFF, 0xFE], [.. "base64:x"u8], [.. "a{{b"u8], [.. "plain"u8], [0xC2, 0x85], new byte[SecretText.MaxBytes(100)]])
        {
            var text = SecretText.Encode(new SecretBytes(value), 100);

            Assert.NotNull(text);
            Assert.True(Encoding.UTF8.GetByteCount(text) is > 0 and <= 100);
            Assert.Equal(value, SecretText.Decode(text).Reveal().ToArray());
        }

        Assert.Null(SecretText.Encode(new SecretBytes(new byte[SecretText.MaxBytes(100) + 1]), 100));
        Assert.Equal("plain", SecretText.Encode(new SecretBytes("plain"u8.ToArray()), 100));
    }

    [Theory]
    [InlineData("https://vault.example.com:8200", true)]
    [InlineData("https://vault.example.com/", true)]
    [InlineData("http://127.0.0.1:8200", true)]
    [InlineData("http://vault.example.com:8200", false)]
    [InlineData("https://user@vault.example.com", false)]
    [InlineData("https://vault.example.com/v1", false)]
    [InlineData("vault.example.com", false)]
    public void Endpoint_MustBeEncryptedAndNothingButAHost(string endpoint, bool isRight) =>
        Assert.Equal(isRight, RemoteStoreRules.IsEndpoint(endpoint));
}
