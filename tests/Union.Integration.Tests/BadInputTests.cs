using Union.Integration.Tests.Processes;

namespace Union.Integration.Tests;

/// <summary>What a user can get wrong in a task, and what the command line and the run then say of it.</summary>
public sealed class BadInputTests(SharedInstallation shared)
{
    private const string Rain = """
        name: rain
        command: [sh, -c, 'cp "$UNION_INPUTS/days" "$UNION_OUTPUTS/days"']
        inputs: {days: int, data: file}
        outputs: {days: int}

        """;

    private readonly UnionInstallation _union = shared.Running;

    [Fact]
    public async Task A_task_file_that_is_not_yaml_is_refused_with_its_line()
    {
        var file = _union.Write("unclosed.yaml", "name: rain\ncommand: [sh, -c\n");

        var refused = await RefusedAsync("unclosed-1", file);

        Assert.Contains($"error: {file}:3:1: this is not YAML", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_task_file_without_its_fields_is_refused_with_every_mistake_and_its_place()
    {
        var file = _union.Write("fields.yaml", "nam: rain\ninputs: {days: number}\ntimeout: soon\n");

        var refused = await RefusedAsync("fields-1", file);

        Assert.Contains($"{file}:1:1: unknown key 'nam'; did you mean 'name'?", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("'name' is missing", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("'command' is missing", refused.Errors, StringComparison.Ordinal);
        Assert.Contains($"{file}:2:10: 'inputs.days' has the unknown type 'number'", refused.Errors, StringComparison.Ordinal);
        Assert.Contains($"{file}:3:10: 'timeout' is 'soon'", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inputs_missing_unknown_ill_typed_and_of_no_file_are_all_named_at_once()
    {
        var file = _union.Write("rain.yaml", Rain);

        var wrong = await RefusedAsync("inputs-1", file, "--input", "days=many", "--input", "data=@no/such.csv", "--input", "dat=x");
        var missing = await RefusedAsync("inputs-2", file);

        Assert.Contains("--input days: An int is expected", wrong.Errors, StringComparison.Ordinal);
        Assert.Contains($"--input data: there is no file {_union.User}/no/such.csv", wrong.Errors, StringComparison.Ordinal);
        Assert.Contains("did you mean 'data'?", wrong.Errors, StringComparison.Ordinal);
        Assert.Equal(3, wrong.Errors.Split("error: ").Length - 1);
        Assert.Contains("--input days: is missing", missing.Errors, StringComparison.Ordinal);
        Assert.Contains("--input data: is missing", missing.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_that_does_not_exist_fails_the_action_and_is_named()
    {
        var file = _union.Write("nothing.yaml", "name: nothing\ncommand: [no-such-program, x]\n");

        var ran = await _union.RunAsync("run", file, "--name", "nothing-1");

        Assert.Equal(1, ran.ExitCode);
        await FailedAsync("nothing-1", "command_not_found", "'no-such-program'");
        Assert.Contains("'no-such-program'", ran.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_task_that_writes_no_declared_output_fails_and_the_output_is_named()
    {
        var file = _union.Write("silent.yaml", "name: silent\ncommand: [sh, -c, 'echo done']\noutputs: {total_mm: float}\n");

        var ran = await _union.RunAsync("run", file, "--name", "silent-1");

        Assert.Equal(1, ran.ExitCode);
        await FailedAsync("silent-1", "output_missing", "'total_mm'");
        Assert.Contains("done", (await _union.RunAsync("logs", "silent-1")).Done().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_output_of_another_type_fails_the_action_and_is_named()
    {
        var file = _union.Write(
            "typed.yaml", "name: typed\ncommand: [sh, -c, 'echo wet > $UNION_OUTPUTS/total_mm']\noutputs: {total_mm: float}\n");

        var ran = await _union.RunAsync("run", file, "--name", "typed-1");

        Assert.Equal(1, ran.ExitCode);
        await FailedAsync("typed-1", "output_invalid", "'total_mm'");
    }

    /// <summary>Wrong usage, and no run that was half begun.</summary>
    private async Task<CommandResult> RefusedAsync(string name, params string[] arguments)
    {
        var refused = await _union.RunAsync(["run", .. arguments, "--name", name]);

        Assert.Equal((2, ""), (refused.ExitCode, refused.Output));
        Assert.Equal(3, (await _union.RunAsync("get", "run", name)).ExitCode);
        return refused;
    }

    private async Task FailedAsync(string name, string code, string named)
    {
        var run = (await _union.RunAsync("get", "run", name, "--output", "json")).Done().Json().ToJsonString();
        Assert.Contains("\"FAILED\"", run, StringComparison.Ordinal);
        Assert.Contains(code, run, StringComparison.Ordinal);
        Assert.Contains(named, System.Text.RegularExpressions.Regex.Unescape(run), StringComparison.Ordinal);
    }
}
