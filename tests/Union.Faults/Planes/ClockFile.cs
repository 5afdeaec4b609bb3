using System.Globalization;

namespace Union.Faults.Planes;

/// <summary>The clock of a plane under test: the system's, off by as many milliseconds as a file says.</summary>
internal sealed class ClockFile : IAsyncDisposable
{
    public const string Variable = "FAULTS_CLOCK";

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    private readonly string? _path;
    private readonly Timer? _timer;

    private ClockFile(string? path)
    {
        _path = path;
        if (path is not null)
        {
            Look();
            _timer = new Timer(_ => Look(), null, LookEvery, LookEvery);
        }
    }

    public SteppedClock Clock { get; } = new();

    /// <param name="path">Null leaves the clock right.</param>
    public static ClockFile Follow(string? path) => new(path);

    public static void Set(string path, TimeSpan offset)
    {
        File.WriteAllText(path + ".new", ((long)offset.TotalMilliseconds).ToString(CultureInfo.InvariantCulture));
        File.Move(path + ".new", path, overwrite: true);
    }

    public ValueTask DisposeAsync() => _timer?.DisposeAsync() ?? ValueTask.CompletedTask;

    private void Look()
    {
        try
        {
            Clock.Offset = TimeSpan.FromMilliseconds(long.Parse(File.ReadAllText(_path!), CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            // It is looked at again in a moment.
        }
    }
}
