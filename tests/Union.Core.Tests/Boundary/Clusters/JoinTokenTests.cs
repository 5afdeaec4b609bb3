using System.Security.Cryptography;
using Union.Core.Boundary.Clusters;

namespace Union.Core.Tests.Boundary.Clusters;

public sealed class JoinTokenTests
{
    private static readonly byte[] Hash = SHA256.HashData("ca"u8);

    [Theory]
    [InlineData("union.example.com:8701")]
    [InlineData("10.0.0.1:1")]
    [InlineData("[::1]:8701")]
    public void Parse_Formatted_SameParts(string address)
    {
        var token = New(address);

        Assert.True(JoinToken.TryParse($" {token.Format().Reveal()}\n", out var parsed));

        Assert.Equal((address, "edge-1", "t1"), (parsed.Address, parsed.ClusterName, parsed.Id));
        Assert.Equal(Hash, parsed.AuthorityHash.ToArray());
        Assert.Equal(token.Secret.Reveal(), parsed.Secret.Reveal());
    }

    [Fact]
    public void ToString_AnyToken_HoldsNoSecret()
    {
        var token = New("a:1");

        Assert.DoesNotContain(token.Secret.Reveal(), token.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(token.Secret.Reveal(), $"{token.Format()}", StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_AnyCharacterChangedOrLost_Refused()
    {
        var text = New("a:1").Format().Reveal();

        for (var i = 0; i < text.Length; i++)
        {
            var changed = text[..i] + (text[i] == 'A' ? 'B' : 'A') + text[(i + 1)..];
            Assert.False(JoinToken.TryParse(changed, out _), $"changed at {i}");
            Assert.False(JoinToken.TryParse(text[..i], out _), $"cut at {i}");
        }
    }

    [Theory]
    [InlineData("nohost")]
    [InlineData(":1")]
    [InlineData("a:0")]
    [InlineData("a:65536")]
    [InlineData("a:+1")]
    [InlineData("::1:80")]
    [InlineData("a b:1")]
    [InlineData("http://a:1")]
    public void New_MalformedAddress_Throws(string address) => Assert.Throws<ArgumentException>(() => New(address));

    private static JoinToken New(string address) => new(address, "edge-1", Hash, "t1", JoinToken.NewSecret());
}
