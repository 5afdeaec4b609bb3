using System.Buffers.Binary;
using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;
using Union.Host.Cli.Docs;

namespace Union.Host.Tests.Listening;

/// <summary>docs/api.md is what a control plane answers: each of its methods is asked.</summary>
public sealed class ServedMethodsTests
{
    [Fact]
    public async Task EveryMethod_AskedAtTheControlPlane_IsServedOnlyWhereThePageSaysSo()
    {
        await using var plane = await ControlPlaneFixture.StartAsync();
        using var client = new HttpClient();
        var wrong = new List<string>();
        foreach (var method in ApiPlaces.Services.SelectMany(s => s.Methods))
        {
            var error = await AskAsync(client, plane.Port, method);
            var isRefused = (string?)error?["code"] == "unimplemented";
            var isNamed = ((string?)error?["message"])?.Contains(ApiPlaces.PathOf(method), StringComparison.Ordinal) == true;
            var isRight = ApiPlaces.Of(method) switch
            {
                ApiPlace.ControlPlane => !isRefused,

                // No cluster is connected here: the control plane has nothing to answer with.
                ApiPlace.Cluster => (string?)error?["code"] is "unavailable" or "not_found" or "failed_precondition",
                ApiPlace.Planes => isRefused,
                _ => isRefused && isNamed,
            };
            if (!isRight)
            {
                wrong.Add($"{ApiPlaces.PathOf(method)}: {error?.ToJsonString()}");
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void EveryService_IsServedOrSaysWhyNot()
    {
        var without = ApiPlaces.Services.Where(s => s.Methods.All(m => ApiPlaces.Of(m) is ApiPlace.Nowhere))
            .Where(s => ApiPlaces.ReasonOf(s).Length == 0);

        Assert.True(ApiPlaces.Services.Count > 25);
        Assert.Empty(without);
    }

    /// <summary>An empty message; answers the error, or null.</summary>
    private static async Task<JsonNode?> AskAsync(HttpClient client, int port, MethodDescriptor method)
    {
        var isStream = method.IsServerStreaming || method.IsClientStreaming;
        using var content = new ByteArrayContent(isStream ? [0, 0, 0, 0, 2, .. "{}"u8] : "{}"u8.ToArray());
        content.Headers.TryAddWithoutValidation("content-type", isStream ? "application/connect+json" : "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{port}{ApiPlaces.PathOf(method)}")
        {
            Content = content,
        };
        request.Headers.Add("connect-timeout-ms", "2000");
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var body = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        if (!isStream || response.Content.Headers.ContentType?.MediaType == "application/json")
        {
            return response.IsSuccessStatusCode ? null : JsonNode.Parse(body);
        }

        return LastEnvelope(body)["error"];
    }

    private static JsonNode LastEnvelope(byte[] body)
    {
        var at = 0;
        while (body[at] != 2)
        {
            at += 5 + BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(at + 1));
        }

        return JsonNode.Parse(body.AsSpan(at + 5))!;
    }
}
