using MediatR;
using Union.Core.Boundary;
using Union.Core.Pipeline;

namespace Union.ArchTests;

public sealed class UseCaseTests
{
    private static readonly Type[] Kinds =
        [typeof(IUserRequest), typeof(IClusterRequest), typeof(ITaskRequest), typeof(ISystemRequest)];

    private static IEnumerable<Type> Requests => typeof(ObjectKey).Assembly.GetTypes().Where(t =>
        t is { IsAbstract: false, IsInterface: false }
        && t.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IRequest<>)));

    [Fact]
    public void EveryRequest_NamesExactlyOneKindOfCaller()
    {
        var wrong = Requests.Where(t => Kinds.Count(kind => kind.IsAssignableFrom(t)) != 1).Select(t => t.FullName);

        Assert.NotEmpty(Requests);
        Assert.Empty(wrong);
    }

    [Fact]
    public void EveryRequest_HasOneHandlerInItsOwnPlane()
    {
        var handlers = typeof(ObjectKey).Assembly.GetTypes()
            .SelectMany(t => t.GetInterfaces(), (type, contract) => (type, contract))
            .Where(x => x.contract.IsGenericType && x.contract.GetGenericTypeDefinition() == typeof(IRequestHandler<,>))
            .ToLookup(x => x.contract.GetGenericArguments()[0], x => x.type);

        var wrong = Requests.Where(t => handlers[t].Count() != 1 || handlers[t].Single().Namespace != t.Namespace);

        Assert.Empty(wrong.Select(t => t.FullName));
    }

    [Fact]
    public void EveryUserRequestThatChangesSomething_IsAudited()
    {
        string[] changing = ["Create", "Abort", "Revoke", "Delete", "Update", "Upload"];
        var wrong = Requests.Where(t => typeof(IUserRequest).IsAssignableFrom(t)
            && changing.Any(verb => t.Name.StartsWith(verb, StringComparison.Ordinal))
            && !t.Name.EndsWith("Link", StringComparison.Ordinal)
            && !typeof(IAudited).IsAssignableFrom(t));

        Assert.Empty(wrong.Select(t => t.FullName));
    }
}
