using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Union.Core.ComputePlane.Policy;
using Union.Host.Forwarding;
using Union.Host.Tests.Tunnel;

namespace Union.Host.Tests.Forwarding;

public sealed class AssertionMiddlewareTests
{
    [Fact]
    public async Task UseAssertions_BeforeAnyCall_HasTheVerifierThatRefusesWhatIsOlder()
    {
        using var folder = new TemporaryFolder();
        var isMade = false;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddSingleton(_ =>
        {
            isMade = true;
            return new AssertionVerifier(PinnedAssertionKeys.Open(folder.In("keys.json")), new FakeTimeProvider());
        });
        await using var app = builder.Build();

        app.UseAssertions();

        Assert.True(isMade);
    }
}
