namespace Union.Benchmarks.FirstRun;

/// <summary>
/// What a new user meets: time to ready, cost of one action, throughput of many, memory at rest. Cost grows with the
/// number of actions only: each is three journal writes, one lease and about one report on disk.
/// </summary>
internal static class FirstRunBench
{
    private const int OneAtATime = 40;
    private const int Many = 200;

    public static async Task RunAsync(FigureWriter writer)
    {
        var home = Directory.CreateTempSubdirectory("union-bench-").FullName;
        try
        {
            var configuration = UpProcess.WriteConfiguration(home);
            await using (var first = await UpProcess.StartAsync(Binaries.Built, home, configuration))
            {
                writer.Write(Figure.Plain("first union up, with enrolment: start to ready", first.Ready.TotalMilliseconds, "ms"));
            }

            if (Binaries.Packaged is { } packaged)
            {
                // The first start of a package unpacks its native libraries.
                await (await UpProcess.StartAsync(packaged, home, configuration)).DisposeAsync();
                await using var second = await UpProcess.StartAsync(packaged, home, configuration);
                writer.Write(Figure.Below("packaged union up: start to ready", second.Ready.TotalMilliseconds, "ms", 1000));
            }

            await using var up = await UpProcess.StartAsync(Binaries.Built, home, configuration);
            writer.Write(Figure.Below("union up: start to ready", up.Ready.TotalMilliseconds, "ms", 1500));
            await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System, CancellationToken.None);
            writer.Write(Figure.Below("control plane, idle: resident memory", up.ResidentMebibytes(0), "MiB", 150));
            writer.Write(Figure.Below("compute plane, idle: resident memory", up.ResidentMebibytes(1), "MiB", 150));
            await MeasureActionsAsync(writer, Endpoint(configuration));
            writer.Write(Figure.Plain("control plane, after the load: resident memory", up.ResidentMebibytes(0), "MiB"));
            writer.Write(Figure.Plain("compute plane, after the load: resident memory", up.ResidentMebibytes(1), "MiB"));
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    private static async Task MeasureActionsAsync(FigureWriter writer, Uri endpoint)
    {
        using var runs = new TrivialRuns(endpoint);
        var sandbox = await BareSandbox.MedianAsync(OneAtATime);
        for (var warmUp = 0; warmUp < 10; warmUp++)
        {
            await runs.RunOneAsync();
        }

        var times = new List<double>();
        for (var i = 0; i < OneAtATime; i++)
        {
            times.Add((await runs.RunOneAsync()).TotalMilliseconds);
        }

        times.Sort();
        var bare = sandbox is { } ms ? FormattableString.Invariant($"bwrap true alone: {ms:0.0} ms") : "no bwrap here";
        writer.Write(Figure.Below("action, one at a time: acknowledged to seen ended, p50", times[OneAtATime / 2], "ms", 50, bare));
        writer.Write(Figure.Plain("action, one at a time: p95", times[OneAtATime * 95 / 100], "ms"));
        writer.Write(Figure.Plain($"{Many} actions in parallel", await runs.RunManyAsync(Many), "actions/s"));
    }

    internal static Uri Endpoint(string configuration)
    {
        var line = File.ReadLines(configuration).First(l => l.Contains("clients:", StringComparison.Ordinal));
        return new Uri($"http://{line.Split("listen: ")[1].TrimEnd('}')}");
    }
}
