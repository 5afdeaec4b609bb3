using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace Union.Benchmarks.Sign;

/// <summary>
/// What BenchmarkDotNet measured of the methods of a class, in this process. Of a method's iterations the fastest counts:
/// that is what the code costs, and the others are what else the machine did meanwhile.
/// </summary>
internal sealed class Measured
{
    private readonly Dictionary<(string Method, string Parameters), (double PerSecond, double Bytes)> _results = [];

    private Measured(Summary summary)
    {
        foreach (var report in summary.Reports.Where(report => report.Success))
        {
            var benchmark = report.BenchmarkCase;
            _results[(benchmark.Descriptor.WorkloadMethod.Name, benchmark.Parameters.ValueInfo)] =
                (1e9 / report.ResultStatistics!.Min, report.GcStats.GetBytesAllocatedPerOperation(benchmark) ?? 0);
        }
    }

    public static Measured Run<T>()
    {
        var folder = Directory.CreateTempSubdirectory("union-bench-");
        try
        {
            // Warm until the compiler has done with what it found hot; it needs a pause to begin.
            var job = Job.Default.WithToolchain(InProcessEmitToolchain.DontLogOutput)
                .WithWarmupCount(20).WithIterationCount(25).WithIterationTime(TimeInterval.FromMilliseconds(50));
            var config = ManualConfig.CreateEmpty().AddJob(job).AddDiagnoser(MemoryDiagnoser.Default)
                .AddLogger(NullLogger.Instance).AddColumnProvider(BenchmarkDotNet.Columns.DefaultColumnProviders.Instance)
                .WithArtifactsPath(folder.FullName);
            var summary = BenchmarkRunner.Run<T>(config);
            return summary.HasCriticalValidationErrors || summary.Reports.Any(report => !report.Success)
                ? throw new InvalidOperationException(
                    $"{typeof(T).Name} could not be measured: {string.Join(' ', summary.ValidationErrors.Select(e => e.Message))}")
                : new Measured(summary);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <param name="method">Name of the benchmark.</param>
    /// <param name="parameters">As BenchmarkDotNet shows them: <c>[Keys=static]</c>; empty for none.</param>
    public (double PerSecond, double Bytes) this[string method, string parameters = ""] => _results[(method, parameters)];
}
