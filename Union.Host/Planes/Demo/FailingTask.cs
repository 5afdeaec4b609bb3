namespace Union.Host.Planes.Demo;

/// <summary>A task that handles customer data in every way there is, and then fails with some of it in its error.</summary>
internal static class FailingTask
{
    public const string SecretName = "demo_key";

    public static string Write(string folder, Canaries canaries)
    {
        var path = Path.Combine(folder, "canary.yaml");
        File.WriteAllText(path, $$"""
            name: canary
            image: local
            command: [sh, -c, 'printf %s "$PLACE" > "$UNION_OUTPUTS/copy"; echo "log: {{canaries["log"]}} $1"; echo "error: {{canaries["error"]}}" >&2; test -n "$DEMO_KEY" && exit 3', canary, '{{canaries["argument"]}}']
            inputs: {secretive: string}
            outputs: {copy: string}
            env: {PLACE: '{{canaries["output"]}}', OTHER: '{{canaries["environment"]}}'}
            secrets: [{name: {{SecretName}}, env: DEMO_KEY}]
            timeout: 30s

            """);
        return path;
    }
}
