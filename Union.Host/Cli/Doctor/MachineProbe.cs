using Union.Core.ComputePlane.Setup;

namespace Union.Host.Cli.Doctor;

/// <summary>What both planes share where they run on one machine.</summary>
internal sealed class MachineProbe(IReadOnlyList<string> dataDirs) : IProbe
{
    public async IAsyncEnumerable<CheckResult> RunAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return await Task.FromResult(Clock());
        cancellationToken.ThrowIfCancellationRequested();
        yield return Users();
    }

    private static CheckResult Clock() => File.Exists("/run/systemd/timesync/synchronized") || Directory.Exists("/run/chrony")
        ? CheckResult.Passed("machine.clock", "A time service keeps the clock.")
        : CheckResult.Skipped("machine.clock", "No time service was found; where there is a cloud store, the clock is compared with its.");

    private CheckResult Users()
    {
        const string name = "machine.planes";
        var open = dataDirs.Where(CanRead).ToList();
        return open.Count > 1
            ? CheckResult.Warned(
                name, "One user can read the data of both planes: here the border between them is a convenience and no protection.",
                "Fine on a desk. In earnest run the control plane elsewhere, or as another user.")
            : CheckResult.Passed(name, "This user has the data of at most one plane.");
    }

    private static bool CanRead(string path)
    {
        try
        {
            return Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any();
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }
}
