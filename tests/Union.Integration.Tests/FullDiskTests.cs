using System.Globalization;
using Union.Integration.Tests.Processes;

namespace Union.Integration.Tests;

/// <summary>A disk that fills while work is under way: it is said, nothing acknowledged is lost, and room mends it.</summary>
public sealed class FullDiskTests : IAsyncDisposable
{
    private readonly UnionInstallation _union = new();
    private SmallDisk? _disk;

    public async ValueTask DisposeAsync()
    {
        // Lets go of the name at once, and of the file system when its last process has ended.
        _disk?.Dispose();
        await _union.DisposeAsync();
    }

    [Fact]
    public async Task Control_plane_on_a_full_disk_refuses_and_goes_on_once_there_is_room()
    {
        await StartOnAsync(_union.Control, 8);
        var task = new HeldTask(_union);
        var before = await _union.DetachAsync(task.File);
        await task.BeganAsync();
        _disk!.Fill();
        task.Release();
        await task.EndedAsync();

        var refused = await _union.RunAsync("run", task.File, "--detach");

        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("The disk of the data folder is full; nothing of this was stored.", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("hint: Make room on it", refused.Errors, StringComparison.Ordinal);
        Assert.Contains(before, (await _union.RunAsync("get", "runs")).Done().Output, StringComparison.Ordinal);

        _disk.MakeRoom();
        await task.SucceededOnceAsync(before);
        Assert.Single((await _union.RunAsync("get", "runs", "--output", "json")).Done().Json().AsArray());
        await SucceedsAsync();
    }

    [Fact]
    public async Task Compute_plane_on_a_full_disk_says_so_and_goes_on_once_there_is_room()
    {
        await StartOnAsync(_union.Compute, 16);
        var before = (await _union.RunAsync("run", Small("before"))).Done();
        var during = await _union.DetachAsync(_union.Write("slow.yaml", """
            name: slow
            command: [sh, -c, 'for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.2; done; echo 7 > "$UNION_OUTPUTS/n"']
            outputs: {n: int}
            timeout: 60s

            """));
        await Eventually.IsAsync(
            async () => !(await _union.RunAsync("get", "run", during)).Output.Contains("QUEUED", StringComparison.Ordinal), "it is no longer queued");
        _disk!.Fill();

        // Its arguments are the customer's, so they must be kept by the cluster before the run counts as started.
        var refused = await _union.RunAsync("run", Small("refused"), "--detach");

        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("error: ", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("n = 7", before.Output, StringComparison.Ordinal);

        _disk.MakeRoom();
        // Whether it was over before the disk was full is not known; that it ends is.
        var ended = (string?)(await _union.FinishedAsync(during))["phase"];
        Assert.True(ended is "SUCCEEDED" or "FAILED", ended);
        Assert.False(_union.Compute.Process.HasExited);
        await SucceedsAsync();
        var kept = (await _union.RunAsync("get", "io", before.Output.Split('\n')[0].Trim())).Done().Output;
        Assert.Contains("n = 7", kept, StringComparison.Ordinal);
    }

    private async Task SucceedsAsync() =>
        Assert.Contains("n = 7", (await _union.RunAsync("run", Small("after"))).Done().Output, StringComparison.Ordinal);

    private string Small(string name) => _union.Write($"{name}.yaml", $$"""
        name: {{name}}
        command: [sh, -c, 'echo 7 > "$UNION_OUTPUTS/n"']
        outputs: {n: int}
        timeout: 60s

        """);

    private async Task StartOnAsync(PlaneHome plane, int mebibytes)
    {
        _disk = await SmallDisk.TryMountAsync(Path.Combine(plane.Folder, "data"), mebibytes);
        Assert.SkipWhen(_disk is null, "a small disk can be mounted by root only");
        await _union.Control.StartAsync();
        await _union.EnrollAsync();
        await _union.Compute.StartAsync();
    }

    /// <summary>A file system in memory with an end that is soon reached.</summary>
    private sealed class SmallDisk : IDisposable
    {
        private readonly string _path;

        private SmallDisk(string path) => _path = path;

        private string Filler => Path.Combine(_path, "filler");

        public static async Task<SmallDisk?> TryMountAsync(string path, int mebibytes)
        {
            Directory.CreateDirectory(path);
            var size = string.Create(CultureInfo.InvariantCulture, $"size={mebibytes}m,mode=0700");
            return await RunAsync("mount", "-t", "tmpfs", "-o", size, "none", path) ? new SmallDisk(path) : null;
        }

        /// <summary>To the last byte, so that not even a small file fits.</summary>
        public void Fill()
        {
            using var file = new FileStream(Filler, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
            foreach (var size in (int[])[1 << 16, 4096, 1])
            {
                var bytes = new byte[size];
                try
                {
                    while (true)
                    {
                        file.Write(bytes);
                    }
                }
                catch (IOException)
                {
                    // No more of this size.
                }
            }
        }

        public void MakeRoom() => File.Delete(Filler);

        public void Dispose()
        {
            using var unmount = System.Diagnostics.Process.Start("umount", ["-l", _path]);
            unmount.WaitForExit();
        }

        private static async Task<bool> RunAsync(string program, params string[] arguments)
        {
            await using var process = RunningProcess.Start(program, arguments, "/", new Dictionary<string, string> { ["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin" });
            return (await process.EndAsync()).ExitCode == 0;
        }
    }
}
