using Union.Benchmarks;
using Union.Benchmarks.Api;
using Union.Benchmarks.FirstRun;
using Union.Benchmarks.Orchestrator;

var json = args.AsSpan().IndexOf("json") > 0 && args.Contains("--output");
var writer = new FigureWriter(Console.Out, json);
switch (args.FirstOrDefault())
{
    case "first-run":
        await FirstRunBench.RunAsync(writer);
        return 0;
    case "api":
        await ApiBench.RunAsync(writer);
        return 0;
    case "orchestrator":
        return await OrchestratorBench.RunAsync(writer);
    case BareService.Command:
        await BareService.ServeAsync(args[1]);
        return 0;
    default:
        Console.Error.WriteLine("usage: ./bench.sh first-run|api|orchestrator [--output json]");
        return 2;
}
