using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.Data.Sqlite;
using Union.Host.Tests.Listening;
using Union.Testing;

namespace Union.Host.Tests.Ops;

public sealed class OpsTests : IAsyncLifetime
{
    private const string Planted = "zq7planted8words9nobody";

    private readonly HttpClient _client = new();
    private ControlPlaneFixture _plane = null!;

    public async ValueTask InitializeAsync() => _plane = await ControlPlaneFixture.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _plane.DisposeAsync();
    }

    [Fact]
    public async Task Metrics_AfterCalls_CountsThemByUseCase()
    {
        await GetAsync("/metrics");
        using var answered = await _plane.ListProjectsAsync(_client);
        await answered.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        const string route = "http_route=\"/flyteidl2.project.ProjectService/ListProjects\"";
        // A request is counted when it is over, and that is after its answer was read.
        var metrics = await MetricsAsync(m => m.Sum("http_server_request_duration_seconds_count", route) > 0);

        Assert.Equal(1, metrics.Sum("union_use_case_duration_seconds_count", "outcome=\"ok\",use_case=\"ListProjects\""));
        Assert.Equal(0, metrics.Sum("union_queue_actions"));
        Assert.Equal(1, metrics.Sum("http_server_request_duration_seconds_count", route));
        Assert.True(metrics.Sum("dotnet_process_memory_working_set_bytes") > 1_000_000);
    }

    [Fact]
    public async Task Metrics_WhateverCallersSend_HasNoneOfIt()
    {
        await GetAsync("/metrics");
        await SendAsync($"/flyteidl2.project.ProjectService/{Planted}", "{}");
        await SendAsync($"/{Planted}/{Planted}?{Planted}={Planted}", "{}");
        await SendAsync($"/dp/{Planted}/flyteidl2.dataproxy.DataProxyService/GetActionData", $"{{\"{Planted}\":1}}");
        await SendAsync("/flyteidl2.project.ProjectService/CreateProject", $$"""{"project":{"id":"{{Planted}}","name":"{{Planted}}" } }""");
        await SendAsync("/flyteidl2.project.ProjectService/GetProject", $$"""{"id":"{{Planted}}-none" }""");

        var metrics = await MetricsAsync();

        Assert.DoesNotContain(Planted, metrics.Text, StringComparison.Ordinal);
        Assert.Empty(metrics.Suspicious);
        Assert.InRange(metrics.Series.Count, 50, 2000);
    }

    [Fact]
    public async Task Ops_WhatItDoesNotServe_IsNotFound()
    {
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync("/metrics/x")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync("/flyteidl2.project.ProjectService/ListProjects")).Status);
        using var clients = await _client.GetAsync(Address(_plane.Port, "/metrics"), TestContext.Current.CancellationToken);
        Assert.NotEqual(HttpStatusCode.OK, clients.StatusCode);
    }

    [Fact]
    public async Task Readyz_DatabaseAnswers_IsReady() =>
        Assert.Equal((HttpStatusCode.OK, "ready\n"), await GetAsync("/readyz"));

    [Fact]
    public async Task Readyz_DatabaseThatAnswersNoMore_IsNotReady()
    {
        await using (var other = new SqliteConnection($"Data Source={_plane.Folder["control/control.db"]};Pooling=false"))
        {
            await other.OpenAsync(TestContext.Current.CancellationToken);
            await using var command = other.CreateCommand();
            command.CommandText = "alter table actions rename to lost";
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "not ready\n"), await GetAsync("/readyz"));
        Assert.Equal((HttpStatusCode.OK, "live\n"), await GetAsync("/livez"));
    }

    private async Task<MetricsText> MetricsAsync()
    {
        var (status, text) = await GetAsync("/metrics");
        Assert.Equal(HttpStatusCode.OK, status);
        return new MetricsText(text);
    }

    private async Task<MetricsText> MetricsAsync(Predicate<MetricsText> isThere)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var metrics = await MetricsAsync();
            if (isThere(metrics))
            {
                return metrics;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromMinutes(1), "The metric did not come.");
        }
    }

    private async Task<(HttpStatusCode Status, string Text)> GetAsync(string path)
    {
        using var response = await _client.GetAsync(Address(_plane.OpsPort, path), TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private async Task SendAsync(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await _client.PostAsync(Address(_plane.Port, path), content, TestContext.Current.CancellationToken);
        await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    private static Uri Address(int port, string path) =>
        new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}{path}"));
}
