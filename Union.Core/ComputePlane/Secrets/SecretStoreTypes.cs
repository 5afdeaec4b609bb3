using System.Diagnostics;
using Union.Core.Boundary;

namespace Union.Core.ComputePlane.Secrets;

/// <summary>Whose secret: the org's, a domain's, a project's, or a project's in one domain (null means "every").</summary>
public sealed record SecretScope(string Org, string? Project, string? Domain)
{
    /// <summary>True for this scope and every narrower one.</summary>
    public bool Covers(SecretScope other) =>
        Org == other.Org && (Project is null || Project == other.Project) && (Domain is null || Domain == other.Domain);
}

/// <summary>A secret's full name; <see cref="Name"/> obeys <see cref="Names.IsSecret"/>.</summary>
public sealed record SecretName(SecretScope Scope, string Name)
{
    public override string ToString() => $"{Scope.Org}/{Scope.Project ?? "*"}/{Scope.Domain ?? "*"}/{Name}";
}

/// <summary>A secret's value. Never printed; <see cref="Reveal"/> is the one greppable door.</summary>
[DebuggerDisplay("<secret>")]
public sealed class SecretBytes(ReadOnlyMemory<byte> value)
{
    private readonly ReadOnlyMemory<byte> _value = value;

    public int Length => _value.Length;

    public ReadOnlyMemory<byte> Reveal() => _value;

    public override string ToString() => "<secret>";
}

public enum PutSecret
{
    CreateOnly,
    Replace,
}

public sealed record StoredSecret(SecretName Name, DateTimeOffset Created);

/// <param name="MaxValueBytes">Largest value; at least 25,000 in every store.</param>
public sealed record SecretStoreCapabilities(int MaxValueBytes);

public enum SecretStoreError
{
    NotFound,
    AlreadyExists,
    Denied,
    TooLarge,
    Unavailable,
}

/// <summary>A refusal of a secret store. The message names the secret, never its value.</summary>
public sealed class SecretStoreException(SecretStoreError error, string message, Exception? inner = null)
    : Exception(message, inner)
{
    public SecretStoreError Error { get; } = error;
}
