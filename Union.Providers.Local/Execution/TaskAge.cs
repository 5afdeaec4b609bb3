using System.Globalization;

namespace Union.Providers.Local.Execution;

/// <summary>
/// How long the processes of an attempt have run, whatever the clock was set to meanwhile: a step forward must not end a
/// task before its time.
/// </summary>
internal sealed class TaskAge
{
    private readonly AttemptFolder _folder;
    private readonly TimeProvider _time;
    private readonly TimeSpan _before;
    private readonly long _since;

    /// <param name="supervisor">Null where it was never seen.</param>
    public TaskAge(AttemptFolder folder, ProcessIdentity? supervisor, TimeProvider time)
    {
        (_folder, _time, _since) = (folder, time, time.GetTimestamp());
        _before = supervisor is { IsAlive: true } running ? AgeOf(running) : TimeSpan.Zero;
    }

    public TimeSpan Now => _before + _time.GetElapsedTime(_since);

    /// <summary>The kernel's times of two files that its supervisor wrote; without them, what was seen of it.</summary>
    public TimeSpan AtEnd => File.Exists(_folder.Pid) && File.Exists(_folder.Exit)
        ? File.GetLastWriteTimeUtc(_folder.Exit) - File.GetLastWriteTimeUtc(_folder.Pid)
        : Now;

    private static TimeSpan AgeOf(ProcessIdentity process)
    {
        var uptime = double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture);
        var age = TimeSpan.FromSeconds(uptime) - TimeSpan.FromSeconds((double)process.Start / Native.ClockTicks);
        return age > TimeSpan.Zero ? age : TimeSpan.Zero;
    }
}
