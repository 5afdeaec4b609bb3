namespace Union.Providers.Local.Secrets;

/// <summary>Settings of <see cref="FileSecretStore"/>.</summary>
/// <param name="Path">The folder of the sealed secrets.</param>
/// <param name="KeyPath">The key file: outside the folder, so that a copy of the folder alone opens nothing.</param>
public sealed record FileSecretStoreOptions(string Path, string KeyPath);
