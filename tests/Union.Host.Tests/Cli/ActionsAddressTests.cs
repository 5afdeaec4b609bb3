using Union.Host.Cli.Client;

namespace Union.Host.Tests.Cli;

public sealed class ActionsAddressTests
{
    [Theory]
    [InlineData("127.0.0.1:8703/a/T", "http://127.0.0.1:8703/", "/a/T", null)]
    [InlineData("[::1]:8703/a/T", "http://[::1]:8703/", "/a/T", null)]
    [InlineData("unix:/run/union/actions.sock:/a/T", "http://localhost/", "/a/T", "/run/union/actions.sock")]
    [InlineData("unix:/odd:/name.sock:/a/T", "http://localhost/", "/a/T", "/odd:/name.sock")]
    public void Parse_EitherForm_IsUnderstood(string address, string uri, string path, string? socket)
    {
        var parsed = ActionsAddress.Parse(address)!;

        Assert.Equal((uri, path, socket), (parsed.Uri.ToString(), parsed.Path, parsed.Socket?.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("10.0.0.1:8703/a/T")]
    [InlineData("union.example.com/a/T")]
    [InlineData("127.0.0.1:8703")]
    [InlineData("unix:")]
    [InlineData("unix:/run/union/actions.sock")]
    [InlineData("unix:relative.sock:/a/T")]
    [InlineData("unix:@abstract:/a/T")]
    public void Parse_AnythingElse_IsRefused(string address) => Assert.Null(ActionsAddress.Parse(address));

    [Fact]
    public void Parse_SocketThatIsTooLong_IsRefused() =>
        Assert.Null(ActionsAddress.Parse($"unix:/{new string('x', 107)}:/a/T"));
}
