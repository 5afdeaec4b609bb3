using System.Text.RegularExpressions;
using Flyteidl2.Core;
using Flyteidl2.Task;
using Google.Protobuf.WellKnownTypes;
using Union.Core.Authoring.Yaml;
using Union.Core.Boundary;

namespace Union.Core.Authoring;

/// <summary>The keys of a task file, and the TaskSpec that they spell.</summary>
internal static partial class TaskFileReader
{
    /// <summary>The type by which every executor knows a task whose inputs and outputs are files.</summary>
    public const string RawContainer = "raw-container";

    private const int MaxListed = 1000;

    public static TaskFile Read(YamlSource source, string folder)
    {
        var root = source.Section();
        var name = ReadName(root);
        var template = new TaskTemplate
        {
            Id = new Identifier { ResourceType = ResourceType.Task, Name = name },
            Type = RawContainer,
            Container = ReadContainer(root),
            Interface = new TypedInterface { Inputs = ReadTypes(root, "inputs"), Outputs = ReadTypes(root, "outputs") },
            Metadata = ReadMetadata(root),
            SecurityContext = ReadSecrets(root),
        };
        var spec = new TaskSpec { TaskTemplate = template, ShortName = name };
        if (root.Text("description") is { } description)
        {
            spec.Documentation = new DocumentationEntity { ShortDescription = description };
        }

        var files = ReadFiles(root);
        var queue = root.Text("queue", out var queueNode);
        if (queue is not null && !Names.IsResource(queue))
        {
            root.Error(queueNode, "'queue' must be 1 to 63 letters, digits, '.', '_' or '-'.");
        }

        root.End();
        return new TaskFile(folder, spec, files, queue);
    }

    private static string ReadName(YamlSection root)
    {
        var name = root.RequiredText("name", out var node) ?? "";
        if (node is not null && !Names.IsResource(name))
        {
            root.Error(node, "'name' must be 1 to 63 letters, digits, '.', '_' or '-'.");
        }

        return name;
    }

    private static Container ReadContainer(YamlSection root)
    {
        var container = new Container
        {
            Image = root.Text("image") ?? "local",
            DataConfig = new DataLoadingConfig
            {
                Enabled = true,
                InputPath = "/union/inputs",
                OutputPath = "/union/outputs",
                Format = DataLoadingConfig.Types.LiteralMapFormat.Json,
            },
        };
        var command = root.List("command");
        if (command is null or [])
        {
            root.Error(root.Find("command"), "'command' is missing: a list such as [sh, -c, 'echo hello'] is expected.");
        }
        else
        {
            container.Command.Add(command[0].Text);
            container.Args.Add(command.Skip(1).Select(word => word.Text));
        }

        foreach (var (key, value, node) in root.Pairs("env"))
        {
            CheckVariable(root, node, key);
            container.Env.Add(new Flyteidl2.Core.KeyValuePair { Key = key, Value = value });
        }

        container.Resources = ReadResources(root.Section("resources"));
        return container;
    }

    private static Resources ReadResources(YamlSection section)
    {
        var resources = new Resources();
        Add("cpu", Resources.Types.ResourceName.Cpu, text => CpuPattern().IsMatch(text), "500m or 2");
        Add("memory", Resources.Types.ResourceName.Memory, IsSize, "64Mi or 2Gi");
        section.End();
        return resources;

        void Add(string key, Resources.Types.ResourceName name, Func<string, bool> isRight, string example)
        {
            if (section.Text(key, out var node) is not { } text)
            {
                return;
            }

            if (!isRight(text))
            {
                section.Error(node, $"'{section.PathOf(key)}' is '{text}', but must be an amount such as {example}.");
            }

            // What is asked for is also the limit: a process has no other neighbour to borrow from.
            resources.Requests.Add(new Resources.Types.ResourceEntry { Name = name, Value = text });
            resources.Limits.Add(new Resources.Types.ResourceEntry { Name = name, Value = text });
        }
    }

    private static bool IsSize(string text) => ByteSizes.TryParse(text, out var bytes) && bytes > 0;

    private static VariableMap ReadTypes(YamlSection root, string key)
    {
        var map = new VariableMap();
        foreach (var (name, typeName, node) in root.Pairs(key))
        {
            if (!Names.IsVariable(name))
            {
                root.Error(node, $"'{name}' in '{key}' must be 1 to 63 letters, digits or '_', and start with no digit.");
            }

            var type = TaskTypes.Find(typeName);
            if (type is null)
            {
                var nearest = Nearest.Of(typeName, TaskTypes.All.Split(' '));
                var hint = nearest is null ? $"there is: {TaskTypes.All.Replace(" ", ", ", StringComparison.Ordinal)}" : $"did you mean '{nearest}'?";
                root.Error(node, $"'{key}.{name}' has the unknown type '{typeName}'; {hint}");
                continue;
            }

            map.Variables.Add(new VariableEntry { Key = name, Value = new Variable { Type = type } });
        }

        return map;
    }

    private static Flyteidl2.Core.TaskMetadata ReadMetadata(YamlSection root)
    {
        var metadata = new Flyteidl2.Core.TaskMetadata
        {
            Retries = new RetryStrategy { Retries = (uint)root.Number("retries", 0, 0, 100) },
        };
        var timeout = root.Value("timeout", TimeSpan.Zero, IsTimeout, "a duration such as 90s, 10m or 1h");
        if (timeout > TimeSpan.Zero)
        {
            metadata.Timeout = timeout.ToDuration();
        }

        var queued = root.Value("queueTimeout", TimeSpan.Zero, IsTimeout, "a duration such as 90s, 10m or 1h");
        var deadline = root.Value("deadline", TimeSpan.Zero, IsTimeout, "a duration such as 90s, 10m or 1h");
        if (queued > TimeSpan.Zero || deadline > TimeSpan.Zero)
        {
            metadata.Timeouts = new Flyteidl2.Core.TimeoutStrategy
            {
                QueuedTimeout = queued > TimeSpan.Zero ? queued.ToDuration() : null,
                Deadline = deadline > TimeSpan.Zero ? deadline.ToDuration() : null,
            };
        }

        var cache = root.Section("cache", out var isCached);
        var version = cache.Text("version");
        if (isCached && string.IsNullOrEmpty(version))
        {
            root.Error(root.Find("cache"), "'cache.version' is missing: change it whenever a result would differ.");
        }

        cache.End();
        metadata.Discoverable = isCached;
        metadata.CacheSerializable = isCached;
        metadata.DiscoveryVersion = version ?? "";
        return metadata;
    }

    private static bool IsTimeout(string text, out TimeSpan timeout) =>
        Durations.TryParse(text, out timeout) && timeout > TimeSpan.Zero;

    private static SecurityContext ReadSecrets(YamlSection root)
    {
        var context = new SecurityContext();
        context.Secrets.Add(root.Sections("secrets", section =>
        {
            var name = section.RequiredText("name", out var nameNode) ?? "";
            if (nameNode is not null && !Names.IsSecret(name))
            {
                section.Error(nameNode, "the name of a secret must be 1 to 127 letters, digits, '-' or '_'.");
            }

            var env = section.Text("env", out var envNode);
            var file = section.Text("file", out var fileNode);
            if (env is null == file is null)
            {
                section.Error(nameNode, "a secret needs either 'env' (a variable with its value) or 'file' (one with a file's path).");
            }

            if ((envNode ?? fileNode) is { } variableNode)
            {
                CheckVariable(section, variableNode, env ?? file ?? "");
            }

            return new Secret
            {
                Key = name,
                EnvVar = env ?? file ?? "",
                MountRequirement = file is null ? Secret.Types.MountType.EnvVar : Secret.Types.MountType.File,
            };
        }));
        return context;
    }

    private static List<string> ReadFiles(YamlSection root)
    {
        var files = new List<string>();
        foreach (var (text, node) in root.List("files") ?? [])
        {
            if (!CodeBundle.IsRelative(text))
            {
                root.Error(node, $"'{text}' in 'files' must be a path below the task file's folder, without '..'.");
            }

            files.Add(text);
        }

        if (files.Count > MaxListed)
        {
            root.Error(root.Find("files"), $"'files' lists more than {MaxListed} entries; list a folder instead.");
        }

        return files;
    }

    /// <summary>The executor sets variables of its own; a task that could replace them could confuse its children.</summary>
    private static void CheckVariable(YamlSection section, YamlDotNet.RepresentationModel.YamlNode node, string name)
    {
        if (!VariablePattern().IsMatch(name))
        {
            section.Error(node, $"'{name}' is no name of an environment variable.");
        }
        else if (name.StartsWith("UNION_", StringComparison.Ordinal) || name.StartsWith("_U_", StringComparison.Ordinal))
        {
            section.Error(node, $"'{name}' is reserved: variables that begin with UNION_ or _U_ are set by the cluster.");
        }
    }

    [GeneratedRegex("^([1-9][0-9]{0,6}m|[0-9]{1,4}(\\.[0-9]{1,3})?)$", RegexOptions.CultureInvariant)]
    private static partial Regex CpuPattern();

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]{0,127}$", RegexOptions.CultureInvariant)]
    private static partial Regex VariablePattern();
}
