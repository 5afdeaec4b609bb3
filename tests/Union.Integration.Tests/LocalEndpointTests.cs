using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace Union.Integration.Tests;

/// <summary>What a task in any language can do at its cluster's local endpoint, and what is left of it afterwards.</summary>
public sealed class LocalEndpointTests
{
    private const string Script = """
        set -e
        echo "the address is $UNION_ACTIONS"
        printf %s "$UNION_ACTIONS" > "$UNION_OUTPUTS/address"
        cut -d: -f1 -s /proc/net/dev | tr -d ' \n' > "$UNION_OUTPUTS/interfaces"
        case $UNION_ACTIONS in unix:*)
          socket=${UNION_ACTIONS#unix:}
          actions() { curl --unix-socket "${socket%%:*}" "http://localhost${socket#*:}/union.task.v1.ChildrenService/$@"; } ;;
        *)
          actions() { curl "http://$UNION_ACTIONS/union.task.v1.ChildrenService/$@"; } ;;
        esac
        actions Enqueue -sS --fail-with-body -H 'content-type: application/json' -d '{
          "name": "y2012", "group": "years",
          "task": {"taskTemplate": {"id": {"name": "year"}, "type": "raw-container",
            "interface": {"outputs": {"variables": [{"key": "rain_mm", "value": {"type": {"simple": "FLOAT"}}}]}},
            "container": {"image": "local", "command": ["sh", "-c", "echo 1226 > $UNION_OUTPUTS/rain_mm"],
              "dataConfig": {"enabled": true}}}}}'
        union action wait y2012
        union action output y2012 rain_mm > "$UNION_OUTPUTS/rain"
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("none", "^unix:/run/union/actions\\.sock:/a/[\\w-]{43}$")]
    [InlineData("shared", "^127\\.0\\.0\\.1:[0-9]+/a/[\\w-]{43}$")]
    public async Task Curl_starts_a_child_and_the_address_dies_with_the_attempt_unseen(string network, string form)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/curl"), "curl is not installed");
        Assert.SkipUnless(network == "shared" || File.Exists("/usr/bin/bwrap"), "bubblewrap is not installed");
        await using var union = await UnionInstallation.StartAsync(network: network);
        union.Write("parent.sh", Script);
        var file = union.Write("parent.yaml", """
            name: parent
            image: local
            command: [sh, parent.sh]
            files: [parent.sh]
            outputs: {address: string, interfaces: string, rain: float}
            """);

        var ran = (await union.RunAsync("run", file, "--name", "parent-1", "--output", "json")).Done();

        var outputs = ran.JsonLines()[^1]["outputs"]!.AsArray()
            .ToDictionary(output => (string)output!["name"]!, output => output!["value"]!.ToString());
        Assert.Equal("1226", outputs["rain"]);
        var address = outputs["address"];
        Assert.Matches(form, address);
        if (network == "none")
        {
            Assert.Equal("lo", outputs["interfaces"]);
        }

        var log = (await union.RunAsync("logs", "parent-1")).Done().Output;
        Assert.Contains("the address is ***", log, StringComparison.Ordinal);
        await IsDeadAsync(address, Path.Combine(union.Compute.Folder, "data", "actions", "actions.sock"));
        await IsNowhereAsync(union, address[(address.LastIndexOf('/') + 1)..]);
    }

    // As it would be asked by a process that the task had left behind.
    private static async Task IsDeadAsync(string address, string socket)
    {
        using var handler = new SocketsHttpHandler();
        if (address.StartsWith("unix:", StringComparison.Ordinal))
        {
            address = "localhost" + address[address.IndexOf("/a/", StringComparison.Ordinal)..];
            handler.ConnectCallback = (_, cancel) => ConnectAsync(socket, cancel);
        }

        using var client = new HttpClient(handler);
        using var content = new StringContent("{}", Encoding.UTF8);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await client.PostAsync(
            new Uri($"http://{address}/flyteidl2.actions.ActionsService/Enqueue"), content, Cancel);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Contains("permission_denied", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }

    // But in the output that the task wrote itself, which is its own doing and the customer's.
    private static async Task IsNowhereAsync(UnionInstallation union, string token)
    {
        var journal = await File.ReadAllBytesAsync(Path.Combine(union.Compute.Folder, "data", "state.db"), Cancel);
        Assert.Equal(-1, journal.AsSpan().IndexOf(Encoding.ASCII.GetBytes(token)));
        foreach (var file in Directory.EnumerateFiles(union.Control.Folder, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(file) != "lock"))
        {
            Assert.Equal(-1, (await File.ReadAllBytesAsync(file, Cancel)).AsSpan().IndexOf(Encoding.ASCII.GetBytes(token)));
        }

        Assert.DoesNotContain(token, union.Compute.Said + union.Control.Said, StringComparison.Ordinal);
    }
}
