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

/// <param name="MaxValueBytes">Largest value of any bytes; at least 6,000 in every store.</param>
public sealed record SecretStoreCapabilities(int MaxValueBytes)
{
    /// <summary>Largest value that is plain text, which a store that holds text keeps as it is.</summary>
    public int MaxTextBytes { get; init; } = MaxValueBytes;

    /// <summary>
    /// Of two clusters that create one name at once, one is refused. False where the store has no create-only write: then
    /// the later replaces what the earlier created, and only writes of one process never meet.
    /// </summary>
    public bool CreateIsAtomic { get; init; } = true;
}

public enum SecretStoreError
{
    NotFound,
    AlreadyExists,

    /// <summary>The store knows who asks and does not allow it; <see cref="SecretStoreException.Permission"/> says what.</summary>
    Denied,

    /// <summary>The store does not accept the cluster's credentials.</summary>
    Unauthenticated,

    /// <summary>The machine's clock is so far off that the store takes no signature of it.</summary>
    ClockSkewed,
    TooLarge,
    Throttled,

    /// <summary>Something that configuration names does not exist: a vault, a mount, a project, a namespace, a key.</summary>
    Misconfigured,
    Unavailable,
}

/// <summary>A refusal of a secret store. The message names the secret, never its value.</summary>
public sealed class SecretStoreException(SecretStoreError error, string message, Exception? inner = null)
    : Exception(message, inner)
{
    public SecretStoreError Error { get; } = error;

    /// <summary>What the cluster lacks, in the words of the store's own access control.</summary>
    public string? Permission { get; init; }

    /// <summary>What the store takes, where the value was too large for it.</summary>
    public SecretStoreCapabilities? Limits { get; init; }

    public static SecretStoreException Missing(SecretName name) =>
        new(SecretStoreError.NotFound, $"There is no secret {name}, or not in that version.");

    public static SecretStoreException Exists(SecretName name) =>
        new(SecretStoreError.AlreadyExists, $"Secret {name} exists already.");

    public static SecretStoreException TooLarge(SecretName name, SecretStoreCapabilities limits) =>
        new(SecretStoreError.TooLarge, $"Secret {name} is larger than its store takes.") { Limits = limits };
}
