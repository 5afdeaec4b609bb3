using Union.Benchmarks;
using Union.Benchmarks.FirstRun;

var json = args.AsSpan().IndexOf("json") > 0 && args.Contains("--output");
var writer = new FigureWriter(Console.Out, json);
switch (args.FirstOrDefault())
{
    case "first-run":
        await FirstRunBench.RunAsync(writer);
        return 0;
    default:
        Console.Error.WriteLine("usage: ./bench.sh first-run [--output json]");
        return 2;
}
