using System.Diagnostics;

namespace Union.Host.Planes.Supervision;

/// <summary>How this program starts itself: as the one binary, or as an assembly under the dotnet host.</summary>
internal static class SelfStart
{
    public static ProcessStartInfo Of(params string[] arguments)
    {
        var self = Environment.ProcessPath ?? throw new InvalidOperationException("The process has no path.");
        var underHost = Path.GetFileNameWithoutExtension(self) == "dotnet";
        return new ProcessStartInfo(self, underHost ? [Environment.GetCommandLineArgs()[0], .. arguments] : arguments)
        {
            UseShellExecute = false,
        };
    }
}
