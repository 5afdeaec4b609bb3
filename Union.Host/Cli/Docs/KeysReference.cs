using System.Text;
using Union.Host.Planes;

namespace Union.Host.Cli.Docs;

/// <summary>docs/keys.md: every key that a plane makes for itself.</summary>
internal static class KeysReference
{
    public static string Write()
    {
        var page = new StringBuilder();
        page.Append("""
            # Keys

            Every file that the planes keep in their key folders, made by `union docs keys`; a test compares the list with
            real folders. The folders are `<dataDir>-keys`, beside the data and never in it, for their owner only, every
            file of mode 0600. No database contains a key: a copy of one opens nothing. Join tokens are stored as SHA-256
            of 256 random bits, capabilities of tasks likewise.

            """);
        foreach (var plane in PlaneKey.All.GroupBy(k => k.Plane))
        {
            page.Append($"\n## {plane.Key} plane\n\n| file | secret | what for | how it is replaced | what its theft gives |\n|---|---|---|---|---|\n");
            foreach (var key in plane)
            {
                page.Append($"| `{key.File}` | {(key.IsSecret ? "yes" : "no")} | {key.Purpose} | {key.Rotation} | {key.Theft} |\n");
            }
        }

        return page.ToString();
    }
}
