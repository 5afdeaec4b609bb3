using System.Reflection;

namespace Union.Host.Planes.Demo;

/// <summary>The samples, which the binary carries, as files.</summary>
internal static class SampleFiles
{
    private const string Prefix = "samples/";

    /// <summary>Writes every sample below <paramref name="folder"/>; answers the folder of one of them.</summary>
    public static string Extract(string folder, string sample)
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            var path = Path.Combine(folder, name[Prefix.Length..]);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var resource = assembly.GetManifestResourceStream(name)!;
            using var file = File.Create(path);
            resource.CopyTo(file);
        }

        return Path.Combine(folder, sample);
    }
}
