using System.Globalization;
using System.Security.Cryptography;
using Union.Benchmarks;
using Union.Benchmarks.Api;
using Union.Benchmarks.Chaos;
using Union.Benchmarks.FirstRun;
using Union.Benchmarks.Orchestrator;
using Union.Benchmarks.Sign;

var json = args.AsSpan().IndexOf("json") > 0 && args.Contains("--output");
var writer = new FigureWriter(Console.Out, json);
switch (args.FirstOrDefault())
{
    case "first-run":
        await FirstRunBench.RunAsync(writer);
        return 0;
    case "api":
        await ApiBench.RunAsync(writer, args.Skip(1).FirstOrDefault(a => !a.StartsWith('-') && a != "json"));
        return 0;
    case "orchestrator":
        return await OrchestratorBench.RunAsync(writer, Number("--actions", 100_000));
    case "chaos":
        return await ChaosBench.RunAsync(writer, Number("--rounds", 50), Number("--seed", RandomNumberGenerator.GetInt32(1_000_000)));
    case "sign":
        SignBench.Run(writer);
        return 0;
    case BareService.Command:
        await BareService.ServeAsync(args[1]);
        return 0;
    default:
        Console.Error.WriteLine(
            "usage: ./bench.sh first-run|api [calls|watchers|pages]|sign|orchestrator [--actions N]|chaos [--rounds N] [--seed S] "
            + "[--output json]");
        return 2;
}

int Number(string option, int otherwise)
{
    var at = Array.IndexOf(args, option);
    return at < 0 ? otherwise : int.Parse(args[at + 1], CultureInfo.InvariantCulture);
}
