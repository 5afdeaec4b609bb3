using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Union.Core.ComputePlane.Secrets;
using Union.Core.ComputePlane.Secrets.Remote;

namespace Union.Providers.Kubernetes.Secrets;

/// <summary>A secret as a Secret object. Its name is derived and says nothing; annotations say whose it is.</summary>
internal static class SecretObject
{
    public const string ManagedBy = "app.kubernetes.io/managed-by";
    public const string OrgLabel = "union/org";

    private const string Field = "value";
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    private const int HashLength = 20;

    /// <summary><c>u-</c> and 100 bits of the full name's SHA-256 in base32.</summary>
    public static string NameOf(SecretName name) => "u-" + Derive(FlatSecretName.Hash(name));

    /// <summary>Labels hold 63 characters of fewer kinds than an org's name may have.</summary>
    public static string LabelOf(string org) => Derive(org);

    public static JsonObject Write(SecretName name, SecretBytes value, string? resourceVersion)
    {
        var metadata = new JsonObject
        {
            ["name"] = NameOf(name),
            ["labels"] = new JsonObject { [ManagedBy] = "union", [OrgLabel] = LabelOf(name.Scope.Org) },
            ["annotations"] = new JsonObject
            {
                ["union/org"] = name.Scope.Org,
                ["union/project"] = name.Scope.Project ?? "",
                ["union/domain"] = name.Scope.Domain ?? "",
                ["union/name"] = name.Name,
            },
        };
        if (resourceVersion is not null)
        {
            metadata["resourceVersion"] = resourceVersion;
        }

        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Secret",
            ["type"] = "Opaque",
            ["metadata"] = metadata,
            ["data"] = new JsonObject { [Field] = Convert.ToBase64String(value.Reveal().Span) },
        };
    }

    /// <summary>Null where the object was not written by us, or by hand for another name.</summary>
    public static StoredSecret? Read(JsonElement metadata)
    {
        if (!metadata.TryGetProperty("annotations", out var annotations)
            || !annotations.TryGetProperty("union/org", out var org) || !annotations.TryGetProperty("union/name", out var text))
        {
            return null;
        }

        var name = new SecretName(
            new SecretScope(org.GetString()!, TextOf(annotations, "union/project"), TextOf(annotations, "union/domain")),
            text.GetString()!);
        return NameOf(name) == metadata.GetProperty("name").GetString()
            ? new StoredSecret(name, metadata.GetProperty("creationTimestamp").GetDateTimeOffset())
            : null;
    }

    public static SecretBytes? ValueOf(SecretStoreAnswer answer) =>
        answer.Text("data", Field) is { } text ? new SecretBytes(Convert.FromBase64String(text)) : null;

    private static string? TextOf(JsonElement annotations, string key) =>
        annotations.TryGetProperty(key, out var value) && value.GetString() is { Length: > 0 } text ? text : null;

    private static string Derive(string text)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(text));
        return string.Create(HashLength, hash, (characters, bytes) =>
        {
            for (var i = 0; i < characters.Length; i++)
            {
                // Five bits at a time, the highest first.
                var bit = i * 5;
                var pair = (bytes[bit / 8] << 8) | bytes[(bit / 8) + 1];
                characters[i] = Alphabet[(pair >> (11 - (bit % 8))) & 31];
            }
        });
    }
}
