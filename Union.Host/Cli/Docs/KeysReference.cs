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
            file of mode 0600. No copy of a database opens anything: with SQLite no key is in it, and with PostgreSQL the
            control plane's four files below lie in the table `sealed_keys` for all replicas, sealed by AES-256-GCM under
            `controlPlane.sealingKey`, which is in no database. There the sealed ones win at every start: to replace one,
            stop all replicas, replace it in one folder as below, delete the rows of `sealed_keys`, start that replica first.
            Join tokens are stored as SHA-256 of 256 random bits, capabilities of tasks likewise.

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
