using Union.Core.Boundary;
using Union.Core.Boundary.Identity;
using Union.Host.Api.Runs;

namespace Union.Host.Tests.Api.Runs;

public sealed class PrivatePartHandoverTests
{
    private static readonly ProjectScope Scope = new("default", "rain", "development");

    [Theory]
    [InlineData(Verb.RunsRead, "rain", false)]
    [InlineData(Verb.RunsCreate, "snow", false)]
    [InlineData(Verb.RunsCreate, "rain", true)]
    public async Task PutFor_OnlyWhoMayHere_WritesIntoTheCustomersStore(Verb verb, string project, bool written)
    {
        var parts = new RecordingParts();
        var principal = new Principal("bob", "default", [new Grant(verb, project)]);

        var digest = await parts.PutForAsync(
            principal, Verb.RunsCreate, "c1", Scope, new byte[] { 1 }, TestContext.Current.CancellationToken);

        Assert.Equal((written ? "kept" : "", written ? 1 : 0), (digest, parts.Puts));
    }

    private sealed class RecordingParts : IPrivateParts
    {
        public int Puts { get; private set; }

        public Task<string> PutAsync(
            string clusterId, ProjectScope scope, ReadOnlyMemory<byte> part, CancellationToken cancellationToken)
        {
            Puts++;
            return Task.FromResult("kept");
        }

        public Task<IReadOnlyList<byte[]>?> TryGetAsync(
            string clusterId, ProjectScope scope, IReadOnlyList<string> digests, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<byte[]>?>(null);
    }
}
