namespace Union.StandIn;

/// <summary>The command line of a stock task: <c>a0 --inputs ... --resolver R mod M instance T</c>.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> _options = new(StringComparer.Ordinal);

    private Arguments(string function) => Function = function;

    /// <summary>What a stock task names as the instance in its module.</summary>
    public string Function { get; }

    public string Inputs => _options["--inputs"];

    public string Outputs => _options["--outputs-path"];

    public string RunStartTime => _options["--run-start-time"];

    /// <summary>The number of the try, which is the last segment of the folder that outputs go to.</summary>
    public int Attempt => int.Parse(Outputs[(Outputs.LastIndexOf('/') + 1)..], System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Null for a command line that is not one of a stock task.</summary>
    public static Arguments? Parse(string[] args)
    {
        if (args is not [.., "mod", _, "instance", var function])
        {
            return null;
        }

        var arguments = new Arguments(function);
        for (var i = 0; i + 1 < args.Length - 4; i += 2)
        {
            arguments._options[args[i]] = args[i + 1];
        }

        return arguments._options.ContainsKey("--inputs") && arguments._options.ContainsKey("--outputs-path") ? arguments : null;
    }

    /// <summary>The same command line with its placeholders, for a task of the same code.</summary>
    public static IEnumerable<string> Of(string function) =>
    [
        "a0", "--inputs", "{{.input}}", "--outputs-path", "{{.outputPrefix}}", "--version", "v1", "--raw-data-path",
        "{{.rawOutputDataPrefix}}", "--checkpoint-path", "{{.checkpointOutputPrefix}}", "--prev-checkpoint",
        "{{.prevCheckpointPrefix}}", "--run-name", "{{.runName}}", "--name", "{{.actionName}}", "--run-start-time",
        "{{.runStartTime}}", "--image-cache", "e30=", "--resolver", "stand.in.Resolver", "mod", "stand_in", "instance", function,
    ];
}
