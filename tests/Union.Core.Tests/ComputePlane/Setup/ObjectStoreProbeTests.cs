using System.Net;
using Microsoft.Extensions.Time.Testing;
using Union.Core.ComputePlane.Objects;
using Union.Core.ComputePlane.Secrets;
using Union.Core.ComputePlane.Setup;
using Union.Testing.Objects;
using Union.Testing.Secrets;

namespace Union.Core.Tests.ComputePlane.Setup;

public sealed class ObjectStoreProbeTests
{
    private const string Origin = "https://union.example.com";

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly InMemoryObjectStore _memory;
    private readonly FailingObjectStore _store;

    public ObjectStoreProbeTests()
    {
        _memory = new InMemoryObjectStore(_time);
        _store = new FailingObjectStore(_memory);
    }

    [Fact]
    public async Task Run_WorkingStore_PassesEverything_AndLeavesNothing()
    {
        var results = await RunAsync(TimeSpan.Zero, Origin);

        Assert.All(results.Values, r => Assert.Equal(CheckState.Ok, r.State));
        Assert.Equal(
            ["objects.write", "objects.read", "objects.list", "objects.sign", "objects.fetch", "objects.clock", "objects.cors", "objects.delete"],
            results.Keys);
        Assert.Empty(await _memory.ListAsync(Boundary("union"), ComputePlaneFixture.Cancel).ToListAsync(ComputePlaneFixture.Cancel));
    }

    [Theory]
    [InlineData(20, CheckState.Ok)]
    [InlineData(-45, CheckState.Warning)]
    [InlineData(3600, CheckState.Failed)]
    public async Task Run_ClockOff_SaysByHowMuch(int seconds, CheckState expected)
    {
        var clock = (await RunAsync(TimeSpan.FromSeconds(seconds), Origin))["objects.clock"];

        Assert.Equal(expected, clock.State);
        Assert.Contains($"{Math.Abs(seconds)} s", clock.Finding, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_NoCorsRules_FailsThatOnly()
    {
        var results = await RunAsync(TimeSpan.Zero, "https://another.example.com");

        Assert.Equal("objects.cors", Assert.Single(results.Values, r => r.State is CheckState.Failed).Name);
    }

    [Theory]
    [InlineData(ObjectStoreError.Denied)]
    [InlineData(ObjectStoreError.BadCredentials)]
    [InlineData(ObjectStoreError.NoBucket)]
    [InlineData(ObjectStoreError.WrongRegion)]
    [InlineData(ObjectStoreError.ClockSkewed)]
    public async Task Run_RefusedWrite_SaysWhatToDo_AndSkipsTheRest(ObjectStoreError error)
    {
        _store.Fail(error, times: 1);

        var results = await RunAsync(TimeSpan.Zero, Origin);

        Assert.Equal(["objects.write", "objects.sign"], results.Keys);
        Assert.Equal(CheckState.Failed, results["objects.write"].State);
        Assert.Equal(new ObjectStoreException(error, "").ToAnswer().Hint, results["objects.write"].Advice);
        Assert.Equal(CheckState.Skipped, results["objects.sign"].State);
    }

    [Fact]
    public async Task Run_StoreThatAnswersNothing_EndsAfterItsPatience()
    {
        _store.Hang();
        var running = RunAsync(TimeSpan.Zero, Origin);

        _time.Advance(TimeSpan.FromSeconds(21));

        Assert.Contains("in time", (await running)["objects.write"].Finding, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_UrlThatTheStoreRefuses_NeverShowsTheUrl()
    {
        using var refusing = new Answering(_ => Task.FromResult(new HttpResponseMessage(HttpStatusCode.Forbidden)));
        using var fetch = new HttpMessageInvoker(refusing);

        var results = await CollectAsync(new ObjectStoreProbe(_store, fetch, Origin, _time));

        Assert.Equal(CheckState.Failed, results["objects.fetch"].State);
        Assert.Contains("403", results["objects.fetch"].Finding, StringComparison.Ordinal);
        Assert.DoesNotContain(results.Values, r => r.ToString().Contains(refusing.Asked!, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Secrets_WorkingStore_PassesEverything_AndLeavesNothing()
    {
        var store = new InMemorySecretStore(_time);

        var results = await CollectAsync(new SecretStoreProbe(store, _time));

        Assert.Equal(["secrets.write", "secrets.read", "secrets.list", "secrets.delete"], results.Keys);
        Assert.All(results.Values, r => Assert.Equal(CheckState.Ok, r.State));
        Assert.Empty(await store.ListAsync(new SecretScope("default", null, null), ComputePlaneFixture.Cancel).ToListAsync(ComputePlaneFixture.Cancel));
    }

    private static Union.Core.Boundary.ObjectKey Boundary(string key) => Union.Core.Boundary.ObjectKey.Parse(key);

    private async Task<Dictionary<string, CheckResult>> RunAsync(TimeSpan off, string origin)
    {
        using var client = _memory.CreateClient();
        using var answering = new Answering(async request =>
        {
            var response = request.Method == HttpMethod.Options
                ? new HttpResponseMessage(HttpStatusCode.OK)
                : await client.GetAsync(request.RequestUri, ComputePlaneFixture.Cancel);
            response.Headers.Date = _time.GetUtcNow() + off;
            response.Headers.Add("Access-Control-Allow-Origin", Origin);
            return response;
        });
        using var fetch = new HttpMessageInvoker(answering);
        return await CollectAsync(new ObjectStoreProbe(_store, fetch, origin, _time));
    }

    private static async Task<Dictionary<string, CheckResult>> CollectAsync(IProbe probe) =>
        await probe.RunAsync(ComputePlaneFixture.Cancel).ToDictionaryAsync(r => r.Name, cancellationToken: ComputePlaneFixture.Cancel);

    private sealed class Answering(Func<HttpRequestMessage, Task<HttpResponseMessage>> answer) : HttpMessageHandler
    {
        public string? Asked { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked = request.RequestUri!.PathAndQuery;
            return answer(request);
        }
    }
}
