using Union.Core.Boundary;

namespace Union.Host.Planes;

/// <summary>
/// Where a plane keeps the keys that it makes itself: beside its data and never in it, so that a copy or a backup of the
/// data opens nothing.
/// </summary>
internal static class KeyFolder
{
    public static string Beside(DataFolder data)
    {
        var path = data.Path.TrimEnd('/') + "-keys";
        if (OperatingSystem.IsWindows())
        {
            return Directory.CreateDirectory(path).FullName;
        }

        const UnixFileMode ownerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        return Directory.CreateDirectory(path, ownerOnly).FullName;
    }
}
