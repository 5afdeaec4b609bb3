using System.Security.Cryptography;
using System.Text;
using Amazon.Runtime;
using Union.Core.Boundary;
using Union.Providers.Aws.Objects;
using Union.Testing.Servers;

namespace Union.Providers.Tests.Aws;

/// <summary>
/// Sessions of the test gateway. Its tokens are sealed with a key that radosgw.sh chose, so one can be opened and closed
/// again with another end in it: nobody waits the quarter of an hour that a session lives at least.
/// </summary>
internal static class StsTokens
{
    private const string Everything =
        """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::*"}]}""";

    /// <summary>Constants of Ceph's own (CEPH_AES_IV), and of radosgw.sh (rgw sts key).</summary>
    private static readonly byte[] Vector = "cephsageyudagreg"u8.ToArray();
    private static readonly byte[] SealingKey = "abcdefghijklmnop"u8.ToArray();

    /// <param name="hasEnded">Its end lies ten years back; else it is closed again as it was, which must change nothing.</param>
    public static async Task<SigV4Credentials> NewAsync(
        RadosGateway gateway, bool hasEnded, CancellationToken cancellationToken)
    {
        var owner = new BasicAWSCredentials(gateway.AccessKey, gateway.SecretKey);
        using var role = new AssumedRole(new AwsRoleOptions(RadosGateway.Role, Endpoint: gateway.Endpoint), owner, "us-east-1");
        var session = await role.NarrowedAsync(Everything, TimeSpan.FromMinutes(15), cancellationToken);
        using var cipher = Aes.Create();
        cipher.Key = SealingKey;
        var open = cipher.DecryptCbc(Convert.FromBase64String(session.SessionToken!.Reveal()), Vector);
        if (hasEnded)
        {
            var year = session.EndsAt!.Value.Year;
            var at = open.AsSpan().IndexOf(Encoding.ASCII.GetBytes($"{year}-"));
            Assert.True(at > 0, "The token does not say when it ends.");
            Encoding.ASCII.GetBytes($"{year - 10}").CopyTo(open, at);
        }

        return session with { SessionToken = new SecretValue(Convert.ToBase64String(cipher.EncryptCbc(open, Vector))) };
    }
}
