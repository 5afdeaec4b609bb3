using System.Reflection;
using Google.Protobuf.Reflection;
using Union.Contracts.Options.V1;
using Union.Host.Api;
using DataClass = Union.Contracts.Options.V1.DataClass;

namespace Union.ArchTests;

public sealed class ProtoTests
{
    private static IEnumerable<FileDescriptor> Files => typeof(DataClass).Assembly.GetTypes()
        .Where(t => t.Name.EndsWith("Reflection", StringComparison.Ordinal))
        .Select(t => t.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null))
        .OfType<FileDescriptor>();

    private static IEnumerable<FileDescriptor> Own => Files.Where(f => f.Package.StartsWith("union.", StringComparison.Ordinal));

    [Fact]
    public void EveryFieldOfOurProtos_HasAClass()
    {
        var wrong = from file in Own
                    from message in file.MessageTypes
                    from field in message.Fields.InDeclarationOrder()
                    where field.GetOptions()?.GetExtension(DataClassExtensions.DataClass)
                        is null or DataClass.Unspecified
                    select field.FullName;

        Assert.NotEmpty(Own);
        Assert.Empty(wrong);
    }

    [Fact]
    public void EveryMessageThatTheCoordinatorTakesOrGives_HasNoCustomerField()
    {
        var coordinator = Own.SelectMany(f => f.Services).Single(s => s.Name == "Coordinator");
        var reached = new HashSet<string>();
        var queue = new Queue<MessageDescriptor>(coordinator.Methods.SelectMany(m => new[] { m.InputType, m.OutputType }));
        var wrong = new List<string>();
        while (queue.TryDequeue(out var message))
        {
            if (!reached.Add(message.FullName) || !message.FullName.StartsWith("union.", StringComparison.Ordinal))
            {
                continue;
            }

            foreach (var field in message.Fields.InDeclarationOrder())
            {
                if (field.GetOptions().GetExtension(DataClassExtensions.DataClass) is DataClass.Customer or DataClass.Secret)
                {
                    wrong.Add(field.FullName);
                }

                if (field.FieldType == FieldType.Message)
                {
                    queue.Enqueue(field.MessageType);
                }
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void EveryRoute_IsAMethodOfTheContract()
    {
        var methods = Files.SelectMany(f => f.Services).Append(Grpc.Reflection.V1Alpha.ServerReflection.Descriptor)
            .Append(Grpc.Reflection.V1.ServerReflection.Descriptor).SelectMany(s => s.Methods)
            .Select(m => $"/{m.Service.FullName}/{m.Name}").ToHashSet();

        Assert.Empty(Routes.All.Where(r => !methods.Contains(r.Path)).Select(r => r.Path));
        Assert.DoesNotContain(
            Routes.All, r => r.Verb == Core.Boundary.Identity.Verb.None == (r.Audience == Audience.Granted));
    }
}
