using System.Net;
using System.Text.Json.Nodes;
using Amazon.Runtime;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;
using Union.Core.ComputePlane.Policy;
using Union.Core.ComputePlane.Setup;
using Union.Providers.Aws.Objects;
using Union.Providers.Aws.Setup;
using Union.Testing.Objects;
using Union.Testing.Servers;

namespace Union.Providers.Tests.Aws;

/// <summary>The generated policy of a role, put before a server that judges by it.</summary>
[Collection(SharedGateway.Name)]
public sealed class GeneratedPolicyTests(RadosGateway gateway)
{
    private static readonly ObjectLayout Layout = new();
    private static readonly ProjectScope Named = new("acme", "weather", "production");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Signer_OfNamedProjects_ReachesThem_AndNoOther()
    {
        var options = S3Stores.OptionsOf(gateway);
        await using var owner = S3Stores.Open(gateway, _ => options);
        await using var signer = await AsSignerAsync(options, ["weather/production", "*/development"]);
        ProjectScope[] others = [new("acme", "weather", "staging"), new("acme", "weather2", "production"), new("globex", "weather", "production")];
        foreach (var scope in others)
        {
            await owner.Store.PutAsync(KeyIn(scope), new MemoryStream([1]), PutMode.Replace, Cancel);
        }

        foreach (var key in (ObjectKey[])[KeyIn(Named), KeyIn(new("acme", "any", "development")), ObjectKey.Parse("union/doctor/x")])
        {
            await signer.Store.PutAsync(key, new MemoryStream([1]), PutMode.Replace, Cancel);
            Assert.NotNull(await signer.Store.HeadAsync(key, Cancel));
            Assert.Equal(HttpStatusCode.OK, await FetchAsync(signer, key));
            await signer.Store.DeleteAsync(key, Cancel);

            // Only who may list is told that an object is not there, and the cluster asks that all the time.
            Assert.Null(await signer.Store.HeadAsync(key, Cancel));
        }

        foreach (var scope in others)
        {
            Assert.Equal(HttpStatusCode.Forbidden, await FetchAsync(signer, KeyIn(scope)));
            var thrown = await Assert.ThrowsAsync<ObjectStoreException>(
                () => signer.Store.PutAsync(KeyIn(scope), new MemoryStream([1]), PutMode.Replace, Cancel));
            Assert.Equal("s3:PutObject", thrown.Permission);
        }
    }

    private static ObjectKey KeyIn(ProjectScope scope) => Layout.Run(new RunId(scope.Org, scope.Project, scope.Domain, "r1")).Append("a0/1/raw/x");

    private static async Task<HttpStatusCode> FetchAsync(ObjectStoreUnderTest test, ObjectKey key)
    {
        var signed = await test.Store.PresignAsync(new PresignGrant(PresignVerb.Get, key, TimeSpan.FromMinutes(5)), Cancel);
        using var answer = await test.Client.SendAsync(signed.ToMessage(), Cancel);
        return answer.StatusCode;
    }

    private async Task<ObjectStoreUnderTest> AsSignerAsync(S3ObjectStoreOptions options, string[] prefixes)
    {
        var setup = new CloudSetup
        {
            Buckets = [options.Bucket],
            Prefix = options.Prefix,
            Region = options.Region,
            Org = "acme",
            MaxLifetime = TimeSpan.FromHours(1),
            Prefixes = [.. prefixes.Select(text => SignedPrefix.TryParse(text, out var prefix) ? prefix : throw new ArgumentException(text))],
        };
        var policy = AwsSetup.Write(setup).Single(document => document.Name == "signer-policy").Content;
        WithoutWhatCephLacks(policy);
        using var role = new AssumedRole(
            new AwsRoleOptions(RadosGateway.Role, Endpoint: gateway.Endpoint),
            new BasicAWSCredentials(gateway.AccessKey, gateway.SecretKey), options.Region);
        var session = await role.NarrowedAsync(policy.ToJsonString(), TimeSpan.FromMinutes(15), Cancel);
        var credentials = new SessionAWSCredentials(session.AccessKeyId, session.SecretKey.Reveal(), session.SessionToken!.Reveal());
        return S3Stores.Open(gateway, _ => options, credentials);
    }

    // It knows neither how a request was authenticated nor the encryption of buckets.
    private static void WithoutWhatCephLacks(JsonNode policy)
    {
        var statements = policy["Statement"]!.AsArray();
        foreach (var statement in statements.Where(s => s!["Sid"]!.GetValue<string>() is "SignedElsewhere" or "Look").ToList())
        {
            statements.Remove(statement);
        }
    }
}
