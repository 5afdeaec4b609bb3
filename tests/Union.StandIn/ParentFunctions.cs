using Flyteidl2.Common;
using Flyteidl2.Workflow;
using Action = Flyteidl2.Actions.Action;
using Inputs = Flyteidl2.Task.Inputs;
using Outputs = Flyteidl2.Task.Outputs;

namespace Union.StandIn;

/// <summary>Tasks that call others.</summary>
internal static class ParentFunctions
{
    public static Task<Outputs?> RunAsync(Arguments arguments, Inputs inputs, Controller controller) =>
        arguments.Function switch
        {
            "fans_out" or "fans_out_older" => FanOutAsync(inputs, controller),
            "nests" => NestAsync(inputs, controller),
            "chooses" => ChooseAsync(controller),
            "catches" => CatchAsync(inputs, controller),
            "replays" => ReplayAsync(arguments, inputs, controller),
            "aborts" or "aborts_older" => AbortAsync(controller),
            "trespasses" or "trespasses_older" => TrespassAsync(controller),
            "leaves" => LeaveAsync(controller),
            "traces" => TraceAsync(arguments, inputs, controller),
            "asks" => AskAsync(controller),
            _ => throw new TaskException("ImportError", $"no function {arguments.Function}", recoverable: false),
        };

    // The sum of the doubles of 1 to x, each doubled by a child.
    private static async Task<Outputs?> FanOutAsync(Inputs inputs, Controller controller)
    {
        var names = new List<string>();
        for (var i = 1; i <= Functions.X(inputs); i++)
        {
            names.Add(await controller.CallAsync("double", "fan", Functions.Number("x", i)));
        }

        var sum = 0L;
        foreach (var name in names)
        {
            sum += Read(await controller.EndedAsync(name));
        }

        return Functions.Output(Functions.Number(sum));
    }

    // Calls itself x levels deep; each level adds one to what the level below answers.
    private static async Task<Outputs?> NestAsync(Inputs inputs, Controller controller)
    {
        var levels = Functions.X(inputs);
        return Functions.Output(Functions.Number(
            levels == 0
                ? 0
                : 1 + Read(await controller.EndedAsync(
                    await controller.CallAsync("nests", "", Functions.Number("x", levels - 1))))));
    }

    // A queue that nobody made is refused, and the child does not go elsewhere.
    private static async Task<Outputs?> ChooseAsync(Controller controller)
    {
        await controller.ReadyAsync();
        var (run, self) = (controller.Self.Run, controller.Self.Name);
        var codes = new[]
        {
            await CodeAsync(() => controller.EnqueueAsync(New(run, "nowhere", self, new TaskAction { Spec = Functions.SpecOf("nothing"), Queue = "nobody-made" }))),
            await CodeAsync(() => controller.EnqueueAsync(New(run, "unnamed", self, new TaskAction { Spec = Functions.SpecOf("nothing"), Queue = "no/name" }))),
            await CodeAsync(() => controller.EnqueueAsync(New(run, "same", self, new TaskAction { Spec = Functions.SpecOf("nothing"), Queue = "default" }))),
        };
        return Functions.Output(Functions.Text(string.Join(' ', codes)));
    }

    private static async Task<Outputs?> CatchAsync(Inputs inputs, Controller controller)
    {
        var child = await controller.CallAsync("raises", "", Functions.Number("x", Functions.X(inputs)));
        var crash = await controller.CallAsync("crashes", "");
        var raised = (await controller.EndedAsync(child)).Error;
        var crashed = (await controller.EndedAsync(crash)).Error;
        return Functions.Output(
            Functions.Text($"{raised.Code}|{raised.Message}|{raised.Kind}"), Functions.Text($"{crashed.Code}|{crashed.Kind}"));
    }

    // Dies after its child has ended; the second try finds the child in the first answer of its watch.
    private static async Task<Outputs?> ReplayAsync(Arguments arguments, Inputs inputs, Controller controller)
    {
        await controller.ReadyAsync();
        var known = controller.Snapshot.Values.Count(update => update.Phase == ActionPhase.Succeeded);
        var child = await controller.CallAsync("double", "", Functions.Number("x", Functions.X(inputs)));
        var value = Read(await controller.EndedAsync(child));
        return arguments.Attempt == 1
            ? throw new CrashException(3)
            : Functions.Output(Functions.Number(value), Functions.Number(known));
    }

    private static async Task<Outputs?> AbortAsync(Controller controller)
    {
        var child = await controller.CallAsync("hangs", "");
        await controller.AbortAsync(new ActionIdentifier { Run = controller.Self.Run, Name = child });
        var ended = await controller.EndedAsync(child);
        return Functions.Output(Functions.Text(ended.Phase.ToString()));
    }

    // Makes a call that is traced, then dies; the second try finds the trace and does not make the call again.
    private static async Task<Outputs?> TraceAsync(Arguments arguments, Inputs inputs, Controller controller)
    {
        await controller.ReadyAsync();
        var name = controller.NameOfTrace("lookup");
        var calls = 0;
        if (!controller.Snapshot.TryGetValue(name, out var known))
        {
            calls++;
            var uri = $"{controller.RunBase}/{name}/outputs.pb";
            Storage.MakeFolder($"{controller.RunBase}/{name}");
            Storage.Write(uri, Functions.Output(Functions.Number(3 * Functions.X(inputs))));
            known = await controller.RecordAsync(name, "lookup", uri);
        }

        var value = Outputs.Parser.ParseFrom(Storage.Read(known.OutputUri)).Literals[0].Value;
        return arguments.Attempt == 1 ? throw new CrashException(3) : Functions.Output(value, Functions.Number(calls));
    }

    private static async Task<Outputs?> AskAsync(Controller controller)
    {
        await controller.ReadyAsync();
        await controller.EnqueueAsync(new Action
        {
            ActionId = new ActionIdentifier { Run = controller.Self.Run, Name = "approve" },
            ParentActionName = controller.Self.Name,
            Condition = new ConditionAction
            {
                Name = "approve",
                Prompt = "Ship the canary-prompt?",
                Type = new Flyteidl2.Core.LiteralType { Simple = Flyteidl2.Core.SimpleType.Boolean },
            },
        });
        var ended = await controller.EndedAsync("approve");
        return Functions.Output(Functions.Text($"{ended.Phase} {ended.Value.Scalar.Primitive.Boolean}"));
    }

    // Starts a child that never ends, and fails: nobody waits for the child any more.
    private static async Task<Outputs?> LeaveAsync(Controller controller)
    {
        await controller.CallAsync("hangs", "");
        throw new TaskException("KeyError", "left", recoverable: false);
    }

    // Everything that a task must not be able to do; answers the code of each refusal.
    private static async Task<Outputs?> TrespassAsync(Controller controller)
    {
        var (self, run) = (controller.Self, controller.Self.Run);
        var otherRun = new RunIdentifier(run) { Name = "other-run" };
        var task = new TaskAction { Spec = Functions.SpecOf("nothing") };
        var trace = new TraceAction
        {
            Name = "lookup",
            Phase = ActionPhase.Succeeded,
            Outputs = new Flyteidl2.Task.OutputReferences { OutputUri = "file:///etc/passwd" },
        };
        var elsewhere = new TaskAction { Spec = Functions.SpecOf("nothing") };
        elsewhere.Spec.TaskTemplate.Metadata.CodeBundleUri = "file:///etc/passwd";
        var codes = new[]
        {
            await CodeAsync(() => controller.EnqueueAsync(New(otherRun, "c1", self.Name, task))),
            await CodeAsync(() => controller.EnqueueAsync(New(run, "c2", "another-parent", task))),
            await CodeAsync(() => controller.EnqueueAsync(New(run, "c3", self.Name, task, "file:///etc/passwd"))),
            await CodeAsync(() => controller.EnqueueAsync(New(run, "c4", self.Name, elsewhere))),
            await CodeAsync(() => controller.EnqueueAsync(New(run, "A_b", self.Name, task))),
            await CodeAsync(() => controller.EnqueueAsync(
                new Action { ActionId = new ActionIdentifier { Run = run, Name = "c5" }, ParentActionName = self.Name, Trace = trace })),
            await CodeAsync(() => controller.AbortAsync(self)),
            await CodeAsync(() => controller.AbortAsync(new ActionIdentifier { Run = otherRun, Name = "a0" })),
            await CodeAsync(() => controller.WatchOtherAsync(new ActionIdentifier { Run = run, Name = "another-parent" })),
        };
        return Functions.Output(Functions.Text(string.Join(' ', codes)));
    }

    private static Action New(RunIdentifier run, string name, string parent, TaskAction task, string inputs = "") => new()
    {
        ActionId = new ActionIdentifier { Run = run, Name = name },
        ParentActionName = parent,
        InputUri = inputs,
        Task = task,
    };

    private static async Task<string> CodeAsync(Func<Task> call)
    {
        try
        {
            await call();
            return "ok";
        }
        catch (RpcFailure e)
        {
            return e.Code;
        }
    }

    private static long Read(ActionUpdate update) => update.Phase == ActionPhase.Succeeded
        ? Outputs.Parser.ParseFrom(Storage.Read($"{update.OutputUri}/outputs.pb")).Literals[0].Value.Scalar.Primitive.Integer
        : throw new TaskException("ChildError", $"{update.ActionId.Name} is {update.Phase}", recoverable: false);
}
