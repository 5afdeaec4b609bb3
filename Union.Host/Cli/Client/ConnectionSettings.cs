using System.Net;
using Union.Core.Boundary;
using Union.Host.Configuration;

namespace Union.Host.Cli.Client;

/// <summary>Which control plane a command talks to, and in which project.</summary>
/// <param name="CaFile">The certificate authority to trust in place of the system's, or null.</param>
/// <param name="Token">What proves who calls; null where nobody asks for it.</param>
internal sealed record ConnectionSettings(
    Uri Endpoint, string? CaFile, string Project, string Domain, SecretValue? Token = null)
{
    private const string DefaultEndpoint = "http://127.0.0.1:8700";

    /// <summary>A flag wins over a variable, a variable over the current context, that over the default.</summary>
    public static ConnectionSettings Resolve(
        CliContext context, string? endpoint, string? ca, string? project, string? domain, string? tokenFile = null)
    {
        var current = ContextFile.Of(context).Current;
        var address = endpoint ?? context.Environment.Get("UNION_ENDPOINT") ?? current.Endpoint ?? DefaultEndpoint;
        var settings = new ConnectionSettings(
            ParseEndpoint(address), ca ?? current.Ca, project ?? current.Project ?? "default", domain ?? current.Domain ?? "development",
            TokenOf(context, tokenFile, address == current.Endpoint ? current : UnionContext.None));
        foreach (var (option, name) in new[] { ("--project", settings.Project), ("--domain", settings.Domain) })
        {
            if (!Names.IsResource(name))
            {
                throw new CliError(ExitCode.WrongUsage, $"{option}: '{name}' must be 1 to 63 letters, digits, '.', '_' or '-'.");
            }
        }

        return settings;
    }

    /// <summary>Without TLS only this machine is asked: code, inputs and tokens travel on this connection.</summary>
    public static bool IsSafe(Uri address) =>
        address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && IsLoopback(address));

    // The token of the current context goes to that context's control plane; another address gets one by name only.
    private static SecretValue? TokenOf(CliContext context, string? file, UnionContext current) =>
        file is not null ? new SecretReference(file, null).Read(context.Environment)
        : context.Environment.Get("UNION_TOKEN") is { } token ? new SecretValue(token)
        : current.TokenFile is { } own ? new SecretReference(own, null).Read(context.Environment)
        : null;

    private static bool IsLoopback(Uri address) =>
        address.Host == "localhost" || (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));

    public static Uri ParseEndpoint(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https")
            || uri is not { AbsolutePath: "/", Query: "", Fragment: "", UserInfo: "" })
        {
            throw new CliError(
                ExitCode.WrongUsage, $"'{text}' is no address of a control plane.", $"Write it as {DefaultEndpoint} or https://HOST.");
        }

        return IsSafe(uri) ? uri : throw new CliError(
            ExitCode.WrongUsage, $"'{text}' has no TLS and is not this machine.", "Use https, and --ca for a certificate authority of your own.");
    }
}
