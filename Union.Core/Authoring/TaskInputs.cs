using Flyteidl2.Core;

namespace Union.Core.Authoring;

/// <summary>An input as somebody gave it: a value, a file or folder yet to be sent, or the output of a child.</summary>
public abstract record TaskInput(string Name)
{
    public sealed record Value(string Name, Literal Literal) : TaskInput(Name);

    public sealed record LocalFile(string Name, string Path, LiteralType Type) : TaskInput(Name);

    public sealed record ChildOutput(string Name, string Child, string Output) : TaskInput(Name);
}

/// <summary>
/// Inputs as people type them, <c>name=value</c> or <c>name=@file</c>, checked against a task's typed interface. A
/// value that begins with "@" is written with "@@".
/// </summary>
public static class TaskInputs
{
    private const int MaxValueBytes = 1024 * 1024;

    /// <param name="allowChildren">Inside a task, <c>name=@child.output</c> means a child's output where there is no such file.</param>
    public static IReadOnlyList<TaskInput> Parse(
        TypedInterface typed, IEnumerable<string> arguments, string folder, bool allowChildren = false)
    {
        var errors = new List<string>();
        var inputs = new List<TaskInput>();
        var types = typed.Inputs?.Variables.ToDictionary(v => v.Key, v => v.Value.Type, StringComparer.Ordinal) ?? [];
        var given = new HashSet<string>(StringComparer.Ordinal);
        foreach (var argument in arguments)
        {
            var separator = argument.IndexOf('=', StringComparison.Ordinal);
            var name = separator < 0 ? argument : argument[..separator];
            if (separator <= 0)
            {
                errors.Add($"--input {argument}: write it as name=value or name=@file.");
            }
            else if (!types.TryGetValue(name, out var type))
            {
                errors.Add($"--input {name}: the task has no such input; {KnownInputs(name, [.. types.Keys])}");
            }
            else if (!given.Add(name))
            {
                errors.Add($"--input {name}: is given twice.");
            }
            else if (Read(name, type, argument[(separator + 1)..], folder, allowChildren, errors) is { } input)
            {
                inputs.Add(input);
            }
        }

        foreach (var (name, type) in types.Where(t => !given.Contains(t.Key)))
        {
            errors.Add($"--input {name}: is missing; the task needs a value of type {TaskTypes.NameOf(type)}.");
        }

        InvalidDocumentException.ThrowIfAny(errors);
        return inputs;
    }

    private static string KnownInputs(string name, string[] known) => Nearest.Of(name, known) switch
    {
        { } nearest => $"did you mean '{nearest}'?",
        _ when known.Length == 0 => "it takes none.",
        _ => $"it takes: {string.Join(", ", known)}.",
    };

    private static TaskInput? Read(
        string name, LiteralType type, string text, string folder, bool allowChildren, List<string> errors)
    {
        var isPath = text.StartsWith('@') && !text.StartsWith("@@", StringComparison.Ordinal);
        var path = isPath ? Path.GetFullPath(text[1..], folder) : "";
        if (isPath && text.Length == 1)
        {
            errors.Add($"--input {name}: a path is expected behind '@'.");
            return null;
        }

        if (isPath && allowChildren && !Path.Exists(path) && TryReadChild(text[1..], out var child, out var output))
        {
            return new TaskInput.ChildOutput(name, child, output);
        }

        if (TaskTypes.IsFile(type) || TaskTypes.IsFolder(type))
        {
            return ReadPath(name, type, isPath ? path : null, errors);
        }

        if (isPath && !TryReadText(name, path, errors, out text))
        {
            return null;
        }

        try
        {
            return new TaskInput.Value(name, LiteralText.Parse(type, !isPath && text.StartsWith('@') ? text[1..] : text));
        }
        catch (FormatException e)
        {
            errors.Add($"--input {name}: {e.Message}");
            return null;
        }
    }

    private static TaskInput.LocalFile? ReadPath(string name, LiteralType type, string? path, List<string> errors)
    {
        var kind = TaskTypes.IsFile(type) ? "file" : "folder";
        var exists = path is not null && (TaskTypes.IsFile(type) ? File.Exists(path) : Directory.Exists(path));
        if (exists)
        {
            return new TaskInput.LocalFile(name, path!, type);
        }

        errors.Add(path switch
        {
            null => $"--input {name}: takes a {kind}: write {name}=@PATH.",
            _ when Path.Exists(path) => $"--input {name}: {path} is not a {kind}.",
            _ => $"--input {name}: there is no {kind} {path}.",
        });
        return null;
    }

    private static bool TryReadText(string name, string path, List<string> errors, out string text)
    {
        text = "";
        try
        {
            var file = new FileInfo(path);
            if (file is { Exists: true, Length: > MaxValueBytes })
            {
                errors.Add($"--input {name}: {path} is larger than {MaxValueBytes >> 20} MiB; make the input a file.");
                return false;
            }

            text = File.ReadAllText(path).TrimEnd('\n', '\r');
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var reason = Path.Exists(path) ? "cannot be read" : "does not exist";
            errors.Add($"--input {name}: the file {path} {reason}.");
            return false;
        }
    }

    private static bool TryReadChild(string text, out string child, out string output)
    {
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        child = dot < 0 ? "" : text[..dot];
        output = dot < 0 ? "" : text[(dot + 1)..];
        return Boundary.Names.IsAction(child) && Boundary.Names.IsVariable(output);
    }
}
