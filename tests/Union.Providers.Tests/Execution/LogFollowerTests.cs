using System.Text;
using Microsoft.Extensions.Time.Testing;
using Union.Core.ComputePlane.Execution;
using Union.Core.ComputePlane.Logs;
using Union.Core.ComputePlane.Secrets;
using Union.Providers.Local.Execution;

namespace Union.Providers.Tests.Execution;

public sealed class LogFollowerTests : IDisposable
{
    private static readonly byte[] Key = new byte[32];

    private readonly string _dataDir = Directory.CreateTempSubdirectory("union-logs-").FullName;
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero));
    private readonly AttemptFolder _folder;

    public LogFollowerTests()
    {
        _folder = new AttemptFolder(_dataDir, new AttemptKey(Guid.CreateVersion7().ToString(), 1));
        _folder.Create();
    }

    public void Dispose() => Directory.Delete(_dataDir, recursive: true);

    [Fact]
    public async Task ReadOnce_WholeAndPartLines_StampsWholeOnesInOrder()
    {
        await using var follower = Follower();
        follower.Start();

        File.AppendAllText(_folder.Stdout, "one\r\ntwo\npar");
        follower.ReadOnce(isLast: false);
        _time.SetUtcNow(_time.GetUtcNow() + TimeSpan.FromMilliseconds(1));
        File.AppendAllText(_folder.Stdout, "t\nend");
        File.AppendAllText(_folder.Stderr, "oh\n\n");
        await follower.CompleteAsync();

        var start = new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);
        Assert.Equal(
            [
                new LogLine(start, LogOrigin.Stdout, "one"),
                new LogLine(start, LogOrigin.Stdout, "two"),
                new LogLine(start.AddMilliseconds(1), LogOrigin.Stdout, "part"),
                new LogLine(start.AddMilliseconds(1), LogOrigin.Stdout, "end"),
                new LogLine(start.AddMilliseconds(1), LogOrigin.Stderr, "oh"),
                new LogLine(start.AddMilliseconds(1), LogOrigin.Stderr, ""),
            ],
            Lines());
    }

    [Fact]
    public async Task Start_AfterAWriterWasKilledMidRecord_GoesOnWithoutLossOrRepeat()
    {
        await using (var first = Follower())
        {
            first.Start();
            File.AppendAllText(_folder.Stdout, "one\ntwo\n");
            first.ReadOnce(isLast: false);
        }

        File.AppendAllText(_folder.Log, "{\"t\":17,\"o\":1,\"x\":\"th");
        File.AppendAllText(_folder.Stdout, "three\n");
        await using var second = Follower();
        second.Start();
        await second.CompleteAsync();

        Assert.Equal(["one", "two", "three"], Lines().Select(line => line.Text));
    }

    [Fact]
    public async Task ReadOnce_LineAboveItsLimit_IsCutWithoutLosingACharacterOrASecret()
    {
        const string secret = "sëcret-value";
        await using var follower = Follower(secret);
        follower.Start();
        var before = new string('x', LogFollower.MaxLineBytes - 5);

        File.AppendAllText(_folder.Stdout, before + secret + new string('ü', 100_000) + "\n");
        await follower.CompleteAsync();

        var text = string.Concat(Lines().Select(line => line.Text));
        Assert.Equal(before + "***" + new string('ü', 100_000), text);
    }

    [Fact]
    public async Task ReadOnce_AnyFormAtAnyPlaceOfACut_IsHiddenWhole()
    {
        const string secret = "Tr0ub4dor&3";
        string[] forms = [secret, Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)), Uri.EscapeDataString(secret)];
        await using var follower = new LogFollower(_folder, Mask(secret), _time, maxBytes: 1 << 26);
        follower.Start();
        var cases = 0;
        foreach (var form in forms)
        {
            for (var into = 0; into <= form.Length; into++, cases++)
            {
                // In two writes, so that the secret is also half there when the follower looks.
                var before = new string('.', LogFollower.MaxLineBytes - into) + form[..into];
                await File.AppendAllTextAsync(_folder.Stdout, before, TestContext.Current.CancellationToken);
                follower.ReadOnce(isLast: false);
                await File.AppendAllTextAsync(_folder.Stdout, form[into..] + "end\n", TestContext.Current.CancellationToken);
                follower.ReadOnce(isLast: false);
            }
        }

        await follower.CompleteAsync();

        var text = string.Concat(Lines().Select(line => line.Text)).Replace(".", "", StringComparison.Ordinal);
        Assert.Equal(string.Concat(Enumerable.Repeat("***end", cases)), text);
    }

    [Fact]
    public async Task ReadOnce_MoreThanIsKept_SaysThatLinesWereDropped()
    {
        await using var follower = new LogFollower(_folder, new SecretMask(Key, []), _time, maxBytes: 2000);
        follower.Start();
        for (var i = 0; i < 100; i++)
        {
            File.AppendAllText(_folder.Stdout, $"line {i}\n");
        }

        await follower.CompleteAsync();
        await using var again = new LogFollower(_folder, new SecretMask(Key, []), _time, maxBytes: 2000);
        again.Start();
        await again.CompleteAsync();

        Assert.Single(Lines(), line => line.Origin == LogOrigin.System);
        Assert.Equal(LogOrigin.System, Lines()[^1].Origin);
        Assert.InRange(new FileInfo(_folder.Log).Length, 1500, 2200);
    }

    [Theory]
    [InlineData("the key is hunter2-hunter2.", "the key is ***.")]
    [InlineData("aHVudGVyMi1odW50ZXIy", "***")]
    [InlineData("base64 with a line break: aHVudGVyMi1odW50ZXIyCg==", "base64 with a line break: ***")]
    [InlineData("hunter2-hunter2hunter2-hunter2", "***")]
    [InlineData("second-line-of-it here", "*** here")]
    [InlineData("GET /a/0123456789abcdef0123", "GET /a/***")]
    [InlineData("abc is too short to mask", "abc is too short to mask")]
    [InlineData("hunter2-hunter", "hunter2-hunter")]
    public void Mask_Text_HidesSecretsInEveryForm(string text, string masked)
    {
        var mask = Mask("hunter2-hunter2", "first-line\nsecond-line-of-it", "http://127.0.0.1:1/a/0123456789abcdef0123", "abc");

        Assert.Equal(masked, mask.Apply(Encoding.UTF8.GetBytes(text)));
    }

    [Fact]
    public async Task Logs_Followed_YieldLinesAsTheyComeAndEndWithTheAttempt()
    {
        await using var fixture = ExecutorFixture.Bare();
        var work = fixture.Shell("echo one; while [ ! -e go ]; do sleep 0.02; done; echo two");
        await fixture.Executor.StartAsync(work, TestContext.Current.CancellationToken);
        var lines = new List<string>();

        await foreach (var line in fixture.Logs.ReadAsync(work.Key.Uid, follow: true, TestContext.Current.CancellationToken))
        {
            lines.Add(line.Text);
            await File.WriteAllTextAsync(Path.Combine(fixture.FolderOf(work).Work, "go"), "", TestContext.Current.CancellationToken);
        }

        await fixture.WaitAsync(work);

        Assert.Equal(["one", "two"], lines);
        Assert.Equal(["one", "two"], (await fixture.ArchiveAsync(work)).Select(line => line.Text));
    }

    private static SecretMask Mask(params string[] secrets) =>
        SecretMask.Of(Key, secrets.Select(secret => new SecretBytes(Encoding.UTF8.GetBytes(secret))));

    private LogFollower Follower(params string[] secrets) => new(_folder, Mask(secrets), _time, maxBytes: 1 << 20);

    private List<LogLine> Lines() =>
        [.. LogFile.Read(_folder.Log, 0, long.MaxValue).Select(read => read.Record.ToLine())];
}
