using System.Globalization;
using Flyteidl2.Core;
using Flyteidl2.Task;
using Inputs = Flyteidl2.Task.Inputs;
using Outputs = Flyteidl2.Task.Outputs;

namespace Union.StandIn;

/// <summary>User code raised: the SDK makes the error document of it.</summary>
internal sealed class TaskException(string code, string message, bool recoverable) : Exception(message)
{
    public string Code { get; } = code;

    public bool Recoverable { get; } = recoverable;
}

/// <summary>The interpreter died: nothing is written and the exit code is its own.</summary>
internal sealed class CrashException(int exitCode) : Exception
{
    public int ExitCode { get; } = exitCode;
}

/// <summary>The tasks of this program, by name. Each has inputs and outputs of simple types; outputs are o0, o1, ...</summary>
internal static class Functions
{
    public const string Image = "stand-in";

    public static async Task<Outputs?> RunAsync(Arguments arguments)
    {
        var inputs = Inputs.Parser.ParseFrom(Storage.Read(arguments.Inputs));
        Console.WriteLine($"{arguments.Function} begins");
        switch (arguments.Function)
        {
            case "double":
                return Output(Number(2 * X(inputs)));
            case "random":
                return Output(Number(System.Security.Cryptography.RandomNumberGenerator.GetInt32(int.MaxValue)));
            case "nothing":
                return new Outputs();
            case "report":
                Storage.Write($"{arguments.Outputs}/report.html", "<p>A report.</p>");
                return new Outputs();
            case "raises":
                throw new TaskException("ValueError", $"no such year: {X(inputs)}", recoverable: false);
            case "flaky":
                return arguments.Attempt < 2
                    ? throw new TaskException("ConnectionError", "try again", recoverable: true)
                    : Output(Number(arguments.Attempt));
            case "silent":
                return null;
            case "crashes":
                throw new CrashException(3);
            case "hangs":
                return await new TaskCompletionSource<Outputs?>().Task;
            default:
                await using (var controller = new Controller(
                    arguments.RunStartTime, arguments.Function.EndsWith("_older", StringComparison.Ordinal)))
                {
                    return await ParentFunctions.RunAsync(arguments, inputs, controller);
                }
        }
    }

    public static TaskSpec SpecOf(string function, int retries = 0)
    {
        var container = new Container { Image = Image };
        container.Args.AddRange(Arguments.Of(function));
        return new TaskSpec
        {
            ShortName = function,
            TaskTemplate = new TaskTemplate
            {
                Id = new Identifier { ResourceType = ResourceType.Task, Name = $"stand_in.{function}", Version = "v1" },
                Type = "python",
                Container = container,
                Metadata = new Flyteidl2.Core.TaskMetadata { Retries = new RetryStrategy { Retries = (uint)retries } },
            },
        };
    }

    public static NamedLiteral Number(string name, long value) => new() { Name = name, Value = Number(value) };

    public static Literal Number(long value) =>
        new() { Scalar = new Scalar { Primitive = new Primitive { Integer = value } } };

    public static Literal Text(string value) =>
        new() { Scalar = new Scalar { Primitive = new Primitive { StringValue = value } } };

    public static Outputs Output(params Literal[] values)
    {
        var outputs = new Outputs();
        outputs.Literals.AddRange(values.Select((value, i) => new NamedLiteral
        {
            Name = "o" + i.ToString(CultureInfo.InvariantCulture),
            Value = value,
        }));
        return outputs;
    }

    /// <summary>The input that every function here has.</summary>
    public static long X(Inputs inputs) =>
        inputs.Literals.FirstOrDefault(literal => literal.Name == "x")?.Value.Scalar.Primitive.Integer ?? 0;
}
