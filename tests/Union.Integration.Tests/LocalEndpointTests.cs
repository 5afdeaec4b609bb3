using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Union.Integration.Tests;

/// <summary>What a task in any language can do at its cluster's local endpoint, and what is left of it afterwards.</summary>
public sealed class LocalEndpointTests : IAsyncLifetime
{
    private const string Script = """
        set -e
        echo "the address is $UNION_ACTIONS"
        printf %s "$UNION_ACTIONS" > "$UNION_OUTPUTS/address"
        curl -sS --fail-with-body "http://$UNION_ACTIONS/union.task.v1.ChildrenService/Enqueue" -H 'content-type: application/json' -d '{
          "name": "y2012", "group": "years",
          "task": {"taskTemplate": {"id": {"name": "year"}, "type": "raw-container",
            "interface": {"outputs": {"variables": [{"key": "rain_mm", "value": {"type": {"simple": "FLOAT"}}}]}},
            "container": {"image": "local", "command": ["sh", "-c", "echo 1226 > $UNION_OUTPUTS/rain_mm"],
              "dataConfig": {"enabled": true}}}}}'
        union action wait y2012
        union action output y2012 rain_mm > "$UNION_OUTPUTS/rain"
        """;

    private UnionInstallation _union = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _union = await UnionInstallation.StartAsync();

    public ValueTask DisposeAsync() => _union.DisposeAsync();

    [Fact]
    public async Task Curl_starts_a_child_and_the_address_dies_with_the_attempt_unseen()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/curl"), "curl is not installed");
        _union.Write("parent.sh", Script);
        var file = _union.Write("parent.yaml", """
            name: parent
            image: local
            command: [sh, parent.sh]
            files: [parent.sh]
            outputs: {address: string, rain: float}
            """);

        var ran = (await _union.RunAsync("run", file, "--name", "parent-1", "--output", "json")).Done();

        var outputs = ran.JsonLines()[^1]["outputs"]!.AsArray()
            .ToDictionary(output => (string)output!["name"]!, output => output!["value"]!.ToString());
        Assert.Equal("1226", outputs["rain"]);
        var address = outputs["address"];
        var log = (await _union.RunAsync("logs", "parent-1")).Done().Output;
        Assert.Contains("the address is ***", log, StringComparison.Ordinal);
        await IsDeadAsync(address);
        await IsNowhereAsync(address[(address.LastIndexOf('/') + 1)..]);
    }

    private static async Task IsDeadAsync(string address)
    {
        using var client = new HttpClient();
        using var content = new StringContent("{}", Encoding.UTF8);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await client.PostAsync(
            new Uri($"http://{address}/flyteidl2.actions.ActionsService/Enqueue"), content, Cancel);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Contains("permission_denied", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    // But in the output that the task wrote itself, which is its own doing and the customer's.
    private async Task IsNowhereAsync(string token)
    {
        var journal = await File.ReadAllBytesAsync(Path.Combine(_union.Compute.Folder, "data", "state.db"), Cancel);
        Assert.Equal(-1, journal.AsSpan().IndexOf(Encoding.ASCII.GetBytes(token)));
        foreach (var file in Directory.EnumerateFiles(_union.Control.Folder, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(file) != "lock"))
        {
            Assert.Equal(-1, (await File.ReadAllBytesAsync(file, Cancel)).AsSpan().IndexOf(Encoding.ASCII.GetBytes(token)));
        }

        Assert.DoesNotContain(token, _union.Compute.Said + _union.Control.Said, StringComparison.Ordinal);
    }
}
