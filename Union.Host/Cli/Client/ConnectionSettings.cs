using System.Net;
using Union.Core.Authoring;
using Union.Core.Authoring.Yaml;
using Union.Core.Boundary;

namespace Union.Host.Cli.Client;

/// <summary>Which control plane a command talks to, and in which project.</summary>
/// <param name="CaFile">The certificate authority to trust in place of the system's, or null.</param>
internal sealed record ConnectionSettings(Uri Endpoint, string? CaFile, string Project, string Domain)
{
    private const string DefaultEndpoint = "http://127.0.0.1:8700";

    /// <summary>A flag wins over a variable, a variable over the current context, that over the default.</summary>
    public static ConnectionSettings Resolve(
        CliContext context, string? endpoint, string? ca, string? project, string? domain)
    {
        var current = ReadContext(context);
        var address = endpoint ?? context.Environment.Get("UNION_ENDPOINT") ?? current.Endpoint ?? DefaultEndpoint;
        var settings = new ConnectionSettings(
            ParseEndpoint(address), ca ?? current.Ca, project ?? current.Project ?? "default", domain ?? current.Domain ?? "development");
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

    private static bool IsLoopback(Uri address) =>
        address.Host == "localhost" || (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));

    private static Uri ParseEndpoint(string text)
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

    private static CurrentContext ReadContext(CliContext context)
    {
        var folder = context.Environment.Get("XDG_CONFIG_HOME") ?? Path.Combine(context.Environment.Home, ".config");
        var path = Path.Combine(folder, "union", "config.yaml");
        if (!File.Exists(path))
        {
            return new CurrentContext(null, null, null, null);
        }

        var source = YamlSource.Parse(path, File.ReadAllText(path));
        var root = source.Section();
        var name = root.Text("current", out var node);
        var contexts = root.Section("contexts");
        var found = new CurrentContext(null, null, null, null);
        if (name is not null)
        {
            var section = contexts.Section(name, out var present);
            if (!present)
            {
                root.Error(node, $"there is no context '{name}' below 'contexts'.");
            }

            var ca = section.Text("ca");
            found = new CurrentContext(
                section.Text("endpoint"),
                ca is null ? null : context.Environment.Expand(ca),
                section.Text("project"),
                section.Text("domain"));
            section.End();
        }

        root.End();
        InvalidDocumentException.ThrowIfAny(source.Errors);
        return found;
    }

    private sealed record CurrentContext(string? Endpoint, string? Ca, string? Project, string? Domain);
}
