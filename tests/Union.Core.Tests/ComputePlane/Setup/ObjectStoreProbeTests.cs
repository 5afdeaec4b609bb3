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
        _store.Inspections = [Found("bucket", InspectionStage.Bucket), Found("key", InspectionStage.Written), Found("signBlob", InspectionStage.Signature)];

        var results = await RunAsync(TimeSpan.Zero, Origin);

        Assert.All(results.Values, r => Assert.Equal(CheckState.Ok, r.State));
        Assert.Equal(
            [
                "objects.endpoint", "objects.clock", "objects.cors", "objects.bucket", "objects.write", "objects.key", "objects.read",
                "objects.list", "objects.signBlob", "objects.sign", "objects.fetch", "objects.delete",
            ],
            results.Keys);
        Assert.Empty(await _memory.ListAsync(Boundary("union"), ComputePlaneFixture.Cancel).ToListAsync(ComputePlaneFixture.Cancel));
    }

    // What only the cloud can say is said by a check of its own, and what does not need it is looked at all the same.
    [Theory]
    [InlineData("bucket", InspectionStage.Bucket, ObjectStoreError.NoBucket, "objects.write")]
    [InlineData("region", InspectionStage.Bucket, ObjectStoreError.WrongRegion, "objects.write")]
    [InlineData("key", InspectionStage.Written, ObjectStoreError.KeyUnusable, null)]
    [InlineData("signBlob", InspectionStage.Signature, ObjectStoreError.Denied, "objects.sign")]
    [InlineData("delegationKey", InspectionStage.Signature, ObjectStoreError.Denied, "objects.sign")]
    public async Task Run_RefusedInspection_HasAFindingOfItsOwn(
        string name, InspectionStage stage, ObjectStoreError error, string? skips)
    {
        _store.Inspections = [new(name, stage, (_, _) => throw new ObjectStoreException(error, "") { Permission = "a.right" })];

        var results = await RunAsync(TimeSpan.Zero, Origin);

        var failed = Assert.Single(results.Values, r => r.State is CheckState.Failed);
        Assert.Equal($"objects.{name}", failed.Name);
        Assert.Equal(new ObjectStoreException(error, "") { Permission = "a.right" }.ToAnswer().Message, failed.Finding);
        Assert.Equal(skips is null ? [] : [skips], results.Values.Where(r => r.State is CheckState.Skipped && r.Name != "objects.fetch").Select(r => r.Name));
        Assert.All(["objects.clock", "objects.cors"], n => Assert.Equal(CheckState.Ok, results[n].State));
        Assert.Empty(await _memory.ListAsync(Boundary("union"), ComputePlaneFixture.Cancel).ToListAsync(ComputePlaneFixture.Cancel));
    }

    // The cluster's work does not need that right.
    [Fact]
    public async Task Run_BucketThatNobodyMayLookAt_IsUsedAllTheSame()
    {
        _store.Inspections = [new("bucket", InspectionStage.Bucket, (_, _) => throw new ObjectStoreException(ObjectStoreError.Denied, ""))];

        var results = await RunAsync(TimeSpan.Zero, Origin);

        Assert.Equal("objects.bucket", Assert.Single(results.Values, r => r.State is not CheckState.Ok).Name);
    }

    [Fact]
    public async Task Run_WriteRefusedForTheKey_SaysSoOfTheKey()
    {
        _store.Inspections = [Found("key", InspectionStage.Written)];
        _store.Fail(ObjectStoreError.KeyUnusable, times: 1);
        var ofKey = await RunAsync(TimeSpan.Zero, Origin);
        _store.Fail(ObjectStoreError.Denied, times: 1);
        var another = await RunAsync(TimeSpan.Zero, Origin);

        Assert.Equal(CheckState.Failed, ofKey["objects.key"].State);
        Assert.Equal(ofKey["objects.write"].Finding, ofKey["objects.key"].Finding);
        Assert.Equal(CheckState.Skipped, another["objects.key"].State);
    }

    [Fact]
    public async Task Run_PolicyThatSignsNothing_AsksForNothingToSignWith()
    {
        _store.Inspections = [new("signBlob", InspectionStage.Signature, (_, _) => throw new ObjectStoreException(ObjectStoreError.Denied, ""))];
        using var fetch = new HttpMessageInvoker(new Answering(_ => Task.FromResult(new HttpResponseMessage(HttpStatusCode.Forbidden))));

        var results = await CollectAsync(new ObjectStoreProbe(_store, fetch, null, _time) { Name = "objects.logs", Signs = false });

        Assert.Equal(CheckState.Skipped, results["objects.logs.sign"].State);
        Assert.DoesNotContain("objects.logs.signBlob", results.Keys);
        Assert.DoesNotContain(results.Values, r => r.State is CheckState.Failed);
    }

    [Fact]
    public async Task Run_NobodyAtTheEndpoint_SaysThatOnly()
    {
        using var fetch = new HttpMessageInvoker(new Answering(_ => throw new HttpRequestException("no")));

        var results = await CollectAsync(new ObjectStoreProbe(_store, fetch, Origin, _time));

        Assert.Equal(["objects.endpoint", "objects.clock", "objects.write"], results.Keys);
        Assert.Equal("objects.endpoint", Assert.Single(results.Values, r => r.State is CheckState.Failed).Name);
        Assert.Contains("https://store.example.com", results["objects.endpoint"].Finding, StringComparison.Ordinal);
    }

    // An hour off, everything that is signed is refused; what is wrong is said all the same.
    [Fact]
    public async Task Run_ClockThatTheStoreRefuses_IsSaidByHowMuch()
    {
        _store.Fail(ObjectStoreError.ClockSkewed, times: 99);

        var results = await RunAsync(TimeSpan.FromHours(1), Origin);

        Assert.Equal(CheckState.Failed, results["objects.clock"].State);
        Assert.Contains("3600 s", results["objects.clock"].Finding, StringComparison.Ordinal);
        Assert.Equal(CheckState.Failed, results["objects.write"].State);
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

        Assert.Equal(["objects.endpoint", "objects.clock", "objects.cors", "objects.write", "objects.sign", "objects.fetch"], results.Keys);
        Assert.Equal(CheckState.Failed, results["objects.write"].State);
        Assert.Equal(new ObjectStoreException(error, "").ToAnswer().Hint, results["objects.write"].Advice);
        Assert.Equal(CheckState.Skipped, results["objects.fetch"].State);
    }

    [Fact]
    public async Task Run_StoreThatAnswersNothing_EndsAfterItsPatience()
    {
        _store.Hang();
        var running = RunAsync(TimeSpan.Zero, Origin);

        while (!running.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(21));
            await Task.Yield();
        }

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

        Assert.Equal(["secrets.write", "secrets.create", "secrets.read", "secrets.list", "secrets.delete"], results.Keys);
        Assert.All(results.Values, r => Assert.Equal(CheckState.Ok, r.State));
        Assert.Empty(await store.ListAsync(new SecretScope("default", null, null), ComputePlaneFixture.Cancel).ToListAsync(ComputePlaneFixture.Cancel));
    }

    private static StoreInspection Found(string name, InspectionStage stage) =>
        new(name, stage, (_, _) => Task.FromResult(new StoreFinding("It is there.")));

    private static Union.Core.Boundary.ObjectKey Boundary(string key) => Union.Core.Boundary.ObjectKey.Parse(key);

    private async Task<Dictionary<string, CheckResult>> RunAsync(TimeSpan off, string origin)
    {
        using var client = _memory.CreateClient();
        using var answering = new Answering(async request =>
        {
            var response = request.Method == HttpMethod.Options ? new HttpResponseMessage(HttpStatusCode.OK)
                : request.RequestUri!.Host == FailingObjectStore.Host ? new HttpResponseMessage(HttpStatusCode.Forbidden)
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
