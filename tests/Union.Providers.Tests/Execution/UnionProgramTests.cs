using System.Globalization;
using Union.Core.ComputePlane.Execution;
using Union.Providers.Local.Execution;
using Union.Testing;

namespace Union.Providers.Tests.Execution;

/// <summary>A packaged binary has any name and lies anywhere; tasks find it as <c>union</c>.</summary>
public sealed class UnionProgramTests : IDisposable
{
    private const string Canary = "canary-what-lies-beside-the-binary";

    private readonly TemporaryFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Task_FindsIt_WhateverItsFileIsCalled(bool sandboxed)
    {
        var binary = WriteBinary();
        await using var fixture = sandboxed
            ? ExecutorFixture.Sandboxed(dataDir => new() { DataDir = dataDir, UnionBinary = binary })
            : ExecutorFixture.Of(dataDir => new()
            {
                DataDir = dataDir,
                UnionBinary = binary,
                Sandbox = SandboxMode.Off,
                AllowUnsandboxed = true,
            });
        var work = fixture.Shell("union child");

        var result = await fixture.RunAsync(work);

        Assert.Equal(AttemptOutcome.Succeeded, result.Outcome);
        Assert.Equal("started child", Assert.Single(await fixture.ArchiveAsync(work)).Text);
    }

    [Fact]
    public async Task SandboxedTask_SeesNothingBesideIt()
    {
        var binary = WriteBinary();
        await using var fixture = ExecutorFixture.Sandboxed(dataDir => new() { DataDir = dataDir, UnionBinary = binary });
        var work = fixture.Shell($"ls -A /union/bin; cat {_home.Path}/notes 2>&1; cat /union/bin/notes 2>&1; echo x > /union/bin/union");

        await fixture.RunAsync(work);

        var seen = string.Join('\n', (await fixture.ArchiveAsync(work)).Select(line => line.Text));
        Assert.StartsWith("union\n", seen, StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, seen, StringComparison.Ordinal);
        Assert.Contains("Read-only file system", seen, StringComparison.Ordinal);
    }

    // It maps itself, so a task with little memory must have room for that beside its own.
    [Fact]
    public async Task Task_MayHaveAsMuchDataAsItMapsAndItsOwn()
    {
        const long size = 300 << 20;
        var binary = WriteBinary();
        await using (var file = File.OpenWrite(Path.Combine(_home.Path, "large")))
        {
            file.SetLength(size);
        }

        var limits = new List<long>();
        foreach (var program in new[] { binary, Path.Combine(_home.Path, "large") })
        {
            await using var fixture = ExecutorFixture.Of(dataDir => new()
            {
                DataDir = dataDir,
                UnionBinary = program,
                Sandbox = SandboxMode.Off,
                AllowUnsandboxed = true,
            });
            var work = fixture.Shell("ulimit -d");
            await fixture.RunAsync(work);
            limits.Add(long.Parse(Assert.Single(await fixture.ArchiveAsync(work)).Text, CultureInfo.InvariantCulture));
        }

        Assert.InRange(limits[1] - limits[0], (2 * size / 1024) - 1, 2 * size / 1024);
    }

    private string WriteBinary()
    {
        _home.Write("notes", Canary);
        var binary = _home.Write("union-linux-x64", "#!/bin/sh\necho \"started $1\"\n");
        File.SetUnixFileMode(binary, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        return binary;
    }
}
