using Google.Protobuf.Reflection;
using Union.Core.Boundary.Projections;

namespace Union.Core.Tests.Boundary.Projections;

public sealed class FieldClassesTests
{
    /// <summary>What customers write. To keep one of these is to keep their data, whatever the table says.</summary>
    private static readonly string[] Customers =
    [
        "task.TaskSpec.default_inputs", "task.TaskSpec.documentation", "task.Environment.description",
        "core.TaskTemplate.custom", "core.TaskTemplate.k8s_pod", "core.TaskTemplate.sql", "core.TaskTemplate.config",
        "core.TaskMetadata.metadata", "core.Container.command", "core.Container.args", "core.Container.env",
        "core.Container.config", "core.Variable.description", "core.LiteralType.enum_type", "core.LiteralType.metadata",
        "core.LiteralType.annotation", "core.SecurityContext.tokens", "task.RunSpec.annotations", "task.RunSpec.envs",
        "workflow.ConditionAction.prompt", "workflow.ConditionAction.description", "workflow.ConditionAction.webhook",
    ];

    [Fact]
    public void EveryFieldReachedFromARoot_IsListed()
    {
        var unlisted = Reachable().Where(field => !FieldClasses.IsListed(field)).Select(field => field.FullName);

        Assert.Empty(unlisted);
    }

    [Fact]
    public void EveryListedField_ExistsInTheContract()
    {
        var messages = Files(FieldClasses.Roots.Select(root => root.File))
            .SelectMany(file => file.MessageTypes)
            .SelectMany(Nested)
            .ToDictionary(message => message.FullName);

        Assert.Empty(FieldClasses.Unknown(name => messages.GetValueOrDefault(name)));
    }

    [Fact]
    public void WhatCustomersWrite_IsNotKept()
    {
        var reachable = Reachable().ToDictionary(field => field.FullName["flyteidl2.".Length..]);

        Assert.All(Customers, name => Assert.False(FieldClasses.IsKept(reachable[name]), name));
    }

    private static IEnumerable<FieldDescriptor> Reachable()
    {
        var seen = new HashSet<string>();
        var queue = new Queue<MessageDescriptor>(FieldClasses.Roots);
        while (queue.TryDequeue(out var message))
        {
            if (!seen.Add(message.FullName) || message.File.Package == "google.protobuf")
            {
                continue;
            }

            foreach (var field in message.Fields.InDeclarationOrder())
            {
                yield return field;
                if (field is { IsMap: false, FieldType: FieldType.Message } && FieldClasses.IsKept(field))
                {
                    queue.Enqueue(field.MessageType);
                }
            }
        }
    }

    private static IEnumerable<FileDescriptor> Files(IEnumerable<FileDescriptor> roots) =>
        roots.SelectMany(root => Files(root.Dependencies).Append(root)).Distinct();

    private static IEnumerable<MessageDescriptor> Nested(MessageDescriptor message) =>
        message.NestedTypes.SelectMany(Nested).Append(message);
}
