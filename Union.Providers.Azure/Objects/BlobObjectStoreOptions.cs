using System.Text.RegularExpressions;
using Union.Core.Boundary;

namespace Union.Providers.Azure.Objects;

/// <summary>Settings of <see cref="BlobObjectStore"/>: one container, or one prefix of it.</summary>
public sealed partial record BlobObjectStoreOptions
{
    public required string Account { get; init; }

    public required string Container { get; init; }

    /// <summary>Keys lie below this one; none means the whole container.</summary>
    public string? Prefix { get; init; }

    /// <summary>
    /// The account's blob endpoint: <c>https://host:port</c>, or with the account behind it as an emulator has it. None
    /// means Azure's public one.
    /// </summary>
    public string? Endpoint { get; init; }

    /// <summary>Where signed URLs may be used from: one address or a range <c>first-last</c>, which is all Azure takes.</summary>
    public string? ClientRange { get; init; }

    /// <summary>The scope of the account that encrypts what is written, such as one with a key of the customer's own.</summary>
    public string? EncryptionScope { get; init; }

    public TimeSpan MaxLifetime { get; init; } = TimeSpan.FromHours(1);

    public long UploadMax { get; init; } = 5L << 30;

    internal string AccountUrl => Endpoint ?? $"https://{Account}.blob.core.windows.net";

    /// <summary>Throws with every setting that is wrong.</summary>
    public void EnsureValid()
    {
        var errors = new List<string>();
        if (!AccountName.IsMatch(Account))
        {
            errors.Add("The account must be 3 to 24 lower-case letters and digits.");
        }

        if (!ContainerName.IsMatch(Container) || Container.Contains("--", StringComparison.Ordinal))
        {
            errors.Add("The container must be 3 to 63 lower-case letters, digits and single hyphens.");
        }

        if (Prefix is not null && !ObjectKey.TryParse(Prefix, out _))
        {
            errors.Add("The prefix must be an object key, without a slash at either end.");
        }

        if (Endpoint is not null && (!Uri.TryCreate(Endpoint, UriKind.Absolute, out var url) || url.Scheme != "https"
            || url.UserInfo.Length > 0 || url.Query.Length > 0 || (url.AbsolutePath != "/" && url.AbsolutePath != "/" + Account)
            || Endpoint.EndsWith('/')))
        {
            errors.Add("The endpoint must be https://host:port, with /account behind it or nothing.");
        }

        if (EncryptionScope is not null && !ContainerName.IsMatch(EncryptionScope))
        {
            errors.Add("The encryption scope must be 3 to 63 lower-case letters, digits and hyphens.");
        }

        if (MaxLifetime < TimeSpan.FromSeconds(1) || MaxLifetime > TimeSpan.FromHours(1) || UploadMax <= 0)
        {
            errors.Add("The longest lifetime must be 1 s to 1 h, and the largest upload positive.");
        }

        if (errors.Count > 0)
        {
            throw new ArgumentException(string.Join(" ", errors));
        }
    }

    [GeneratedRegex("^[a-z0-9]{3,24}$")]
    private static partial Regex AccountName { get; }

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$")]
    private static partial Regex ContainerName { get; }
}
