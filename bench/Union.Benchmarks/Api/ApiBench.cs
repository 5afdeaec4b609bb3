using System.Diagnostics;
using Flyteidl2.Common;
using Flyteidl2.Workflow;
using Google.Protobuf;
using Union.Benchmarks.FirstRun;

namespace Union.Benchmarks.Api;

/// <summary>
/// What the public API costs. A unary call costs about one read of the database and one call through the tunnel; a watcher
/// holds a stream and a subscription; a page costs its own rows wherever it lies.
/// </summary>
internal static class ApiBench
{
    private const string Details = "/flyteidl2.workflow.RunService/GetActionDetails";
    private const string Idle = "/flyteidl2.auth.AuthMetadataService/GetPublicClientConfig";
    private const string List = "/flyteidl2.workflow.RunService/ListRuns";
    private const int Rounds = 4;
    private const int WatcherCount = 1000;
    private const int PageSize = 100;
    private const int Pages = 1000;

    /// <param name="part"><c>calls</c>, <c>watchers</c> or <c>pages</c>; null measures all.</param>
    public static async Task RunAsync(FigureWriter writer, string? part)
    {
        var home = Directory.CreateTempSubdirectory("union-bench-").FullName;
        try
        {
            var configuration = UpProcess.WriteConfiguration(home);
            var endpoint = FirstRunBench.Endpoint(configuration);
            await using (var up = await UpProcess.StartAsync(Binaries.Built, home, configuration))
            {
                await (part is null or "calls" ? MeasureCallsAsync(writer, home, endpoint) : RunOneAsync(endpoint));
                if (part is null or "watchers")
                {
                    await MeasureWatchersAsync(writer, up, endpoint);
                }
            }

            if (part is not (null or "pages"))
            {
                return;
            }

            StoredRuns.Copy(Path.Combine(home, "control", "control.db"), PageSize * Pages, actions: 10);
            await using (await UpProcess.StartAsync(Binaries.Built, home, configuration))
            {
                await MeasurePagesAsync(writer, endpoint);
            }
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    // What the pages are copies of.
    private static async Task RunOneAsync(Uri endpoint)
    {
        using var runs = new TrivialRuns(endpoint);
        await runs.RunOneNamedAsync();
    }

    private static async Task MeasureCallsAsync(FigureWriter writer, string home, Uri endpoint)
    {
        using var runs = new TrivialRuns(endpoint);
        using var client = Protocol.NewClient();
        var request = new GetActionDetailsRequest { ActionId = Root(await runs.RunOneNamedAsync()) }.ToByteArray();
        await using var bare = await BareService.StartAsync(
            home, await Protocol.Grpc.CallAsync(client, endpoint, Details, request));
        var (load, idle) = (new UnaryLoad(client, Details, request), new UnaryLoad(client, Idle, []));
        (Protocol, Uri)[] cases =
        [
            (Protocol.Grpc, bare.Address), (Protocol.Grpc, endpoint), (Protocol.Connect, endpoint), (Protocol.GrpcWeb, endpoint),
        ];
        foreach (var callers in new[] { 1, 16, 64 })
        {
            WriteCalls(writer, "a method without work", await idle.MeasureAsync(cases, callers, Rounds), callers, "bare gRPC", 0);
            var results = await load.MeasureAsync(cases, callers, Rounds);
            WriteCalls(writer, "GetActionDetails", results, callers, "our gRPC", 1);
            writer.Write(Figure.Below(
                $"time of GetActionDetails: our gRPC / bare gRPC, {callers} callers", results[0].PerSecond / results[1].PerSecond, "x", 2));
        }
    }

    // Without work, what is left is what the protocols and the pipeline cost; with it, what a caller waits for.
    private static void WriteCalls(
        FigureWriter writer, string method, IReadOnlyList<UnaryLoad.Result> results, int callers, string beside, int reference)
    {
        string[] names = ["bare gRPC", "our gRPC", "Connect", "gRPC-Web"];
        for (var i = 0; i < names.Length; i++)
        {
            writer.Write(Figure.Plain($"{method}, {names[i]}, {callers} callers", results[i].PerSecond, "calls/s", results[i].Text));
        }

        for (var i = 2; i < names.Length; i++)
        {
            writer.Write(Figure.Below(
                $"time of {method}: {names[i]} / {beside}, {callers} callers",
                results[reference].PerSecond / results[i].PerSecond, "x", 1.25));
        }
    }

    private static async Task MeasureWatchersAsync(FigureWriter writer, UpProcess up, Uri endpoint)
    {
        using var runs = new TrivialRuns(endpoint);
        var times = new List<double>();
        double? perWatcher = null;
        for (var round = 0; round < 3; round++)
        {
            var (kibibytes, ends) = await WatchOnceAsync(runs, up, endpoint);
            perWatcher ??= kibibytes;
            times.AddRange(ends);
        }

        times.Sort();
        writer.Write(Figure.Below(
            $"{WatcherCount} watchers of one action: change to seen, p99", times[times.Count * 99 / 100], "ms", 250,
            FormattableString.Invariant($"p50 {times[times.Count / 2]:0} ms, last {times[^1]:0} ms")));
        writer.Write(Figure.Below("memory of a watcher, first thousand", perWatcher!.Value, "KiB", 64, "growth of resident memory"));
    }

    private static async Task<(double Kibibytes, double[] Ends)> WatchOnceAsync(TrivialRuns runs, UpProcess up, Uri endpoint)
    {
        using var client = Protocol.NewClient();
        var run = await runs.StartSleepingAsync();
        using var watchers = new Watchers(
            client, endpoint, new WatchActionDetailsRequest { ActionId = Root(run) }.ToByteArray());
        var before = up.ResidentMebibytes(0);
        await watchers.OpenAsync(WatcherCount);
        var each = (up.ResidentMebibytes(0) - before) * 1024 / WatcherCount;
        return (each, await watchers.EndAsync(() => runs.AbortAsync(run)));
    }

    private static async Task MeasurePagesAsync(FigureWriter writer, Uri endpoint)
    {
        using var client = Protocol.NewClient();
        var token = "";
        var ends = new Dictionary<int, string> { [1] = "" };
        for (var page = 2; page <= Pages; page++)
        {
            token = ListRunsResponse.Parser.ParseFrom(await ListAsync(client, endpoint, token)).Token;
            ends[page] = token;
        }

        var first = await MedianAsync(client, endpoint, ends[1]);
        var last = await MedianAsync(client, endpoint, ends[Pages]);
        writer.Write(Figure.Plain("ListRuns, page 1 of 1,000 (1,000,000 actions)", first, "ms"));
        writer.Write(Figure.Plain("ListRuns, page 1,000", last, "ms"));
        writer.Write(Figure.Below("time of a page: page 1,000 / page 1", last / first, "x", 2));
    }

    private static async Task<double> MedianAsync(HttpClient client, Uri endpoint, string token)
    {
        var times = new List<double>();
        for (var i = 0; i < 41; i++)
        {
            var began = Stopwatch.GetTimestamp();
            await ListAsync(client, endpoint, token);
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        times.Sort();
        return times[times.Count / 2];
    }

    private static Task<byte[]> ListAsync(HttpClient client, Uri endpoint, string token)
    {
        var request = new ListRunsRequest
        {
            ProjectId = new ProjectIdentifier { Name = "default", Domain = "development" },
            Request = new ListRequest { Limit = PageSize, Token = token },
        };
        return Protocol.Connect.CallAsync(client, endpoint, List, request.ToByteArray());
    }

    private static ActionIdentifier Root(string run) => new()
    {
        Name = "a0",
        Run = new RunIdentifier { Project = "default", Domain = "development", Name = run },
    };
}
