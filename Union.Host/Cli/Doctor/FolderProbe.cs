using Union.Core.ComputePlane.Setup;
using Union.Host.Planes;

namespace Union.Host.Cli.Doctor;

/// <summary>A plane's data and key folders: who may read them, whose they are, whether there is room.</summary>
internal sealed class FolderProbe(string plane, string dataDir, int format) : IProbe
{
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private const long LeastFree = 1L << 30;

    private readonly string _data = Path.GetFullPath(dataDir).TrimEnd('/');

    public async IAsyncEnumerable<CheckResult> RunAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var check in new[] { Data, Room, Keys })
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return await Task.FromResult(Guard(check));
        }
    }

    private CheckResult Guard(Func<CheckResult> check)
    {
        try
        {
            return check();
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            return CheckResult.Failed($"{plane}.data", $"{_data} cannot be read: {e.Message}", "Run this as the user that runs the plane.");
        }
    }

    private CheckResult Data()
    {
        var name = $"{plane}.data";
        if (!Directory.Exists(_data))
        {
            return CheckResult.Skipped(name, $"{_data} is not there yet; the plane makes it when it starts.");
        }

        var expected = $"{plane} {format}";
        var file = Path.Combine(_data, "format");
        var found = File.Exists(file) ? File.ReadAllText(file).Trim() : "";
        if (found != expected)
        {
            return CheckResult.Failed(
                name, $"{_data} is no data folder of this plane and version ('{found}' in place of '{expected}').",
                "Start the binary that wrote it, or choose an empty folder.");
        }

        return (new DirectoryInfo(_data).UnixFileMode & Others) != 0
            ? CheckResult.Failed(name, $"Others can look into {_data}.", $"Run: chmod 700 {_data}")
            : CheckResult.Passed(name, $"{_data} is its owner's only, format {expected}.");
    }

    private CheckResult Room()
    {
        var existing = _data;
        while (!Directory.Exists(existing))
        {
            existing = Path.GetDirectoryName(existing)!;
        }

        var free = new DriveInfo(existing).AvailableFreeSpace;
        var finding = $"{free >> 20} MiB are free there.";
        return free < LeastFree
            ? CheckResult.Warned($"{plane}.room", finding, "Make room: a plane whose disk is full keeps nothing new.")
            : CheckResult.Passed($"{plane}.room", finding);
    }

    private CheckResult Keys()
    {
        var name = $"{plane}.keys";
        var folder = _data + "-keys";
        if (!Directory.Exists(folder))
        {
            return CheckResult.Skipped(name, $"{folder} is not there yet; the plane makes it when it starts.");
        }

        var open = PlaneKey.All.Where(key => key.Plane == plane && key.IsSecret).Select(key => new FileInfo(Path.Combine(folder, key.File)))
            .Where(file => file.Exists && (file.LinkTarget is not null || (file.UnixFileMode & Others) != 0))
            .Select(file => file.FullName)
            .Concat((new DirectoryInfo(folder).UnixFileMode & Others) != 0 ? [folder] : []).ToList();
        return open.Count == 0
            ? CheckResult.Passed(name, $"The keys in {folder} are their owner's only.")
            : CheckResult.Failed(
                name, $"Others can read, or have linked: {string.Join(", ", open)}.",
                $"Run: chmod 700 {folder} && chmod 600 {folder}/* and replace the keys that others may have (docs/keys.md).");
    }
}
