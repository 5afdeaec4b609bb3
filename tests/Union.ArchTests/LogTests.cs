using System.Reflection;
using Microsoft.Extensions.Logging;
using Union.Core.Boundary;

namespace Union.ArchTests;

/// <summary>What may stand in a log line: ids, counts, durations, enums, and texts that are on a named list.</summary>
public sealed class LogTests
{
    /// <summary>Parameters of type string, each with what it holds.</summary>
    private static readonly string[] AllowedTexts =
    [
        "attemptUid", "clusterId", "keyId", "errorCode", "exceptionType", "method", "errorId", "reason",
        "code", "uid", "whatToDo", "trace",
    ];

    private static readonly Assembly[] Products =
    [
        typeof(ObjectKey).Assembly, typeof(Union.Providers.Local.Execution.ProcessExecutor).Assembly,
        typeof(Union.Host.Api.Routes).Assembly,
    ];

    private static IEnumerable<(MethodInfo Method, LoggerMessageAttribute Message)> Lines =>
        from assembly in Products
        from type in assembly.GetTypes()
        from method in type.GetMethods(
            BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)
        let message = method.GetCustomAttribute<LoggerMessageAttribute>()
        where message is not null
        select (method, message);

    [Fact]
    public void EveryId_IsUsedOnce()
    {
        var twice = Lines.GroupBy(l => l.Message.EventId).Where(g => g.Count() > 1)
            .Select(g => $"{g.Key}: {string.Join(", ", g.Select(l => $"{l.Method.DeclaringType!.Name}.{l.Method.Name}"))}");

        Assert.NotEmpty(Lines);
        Assert.Empty(twice);
    }

    [Fact]
    public void EveryParameter_IsOfAKindThatMayBeLogged()
    {
        var wrong = from line in Lines
                    from parameter in line.Method.GetParameters()
                    where !MayBeLogged(parameter)
                    select $"{line.Method.DeclaringType!.Name}.{line.Method.Name}: {parameter.ParameterType.Name} {parameter.Name}";

        Assert.Empty(wrong);
    }

    private static bool MayBeLogged(ParameterInfo parameter) =>
        parameter.ParameterType.IsEnum || parameter.ParameterType.IsPrimitive
        || typeof(Exception).IsAssignableFrom(parameter.ParameterType)
        || typeof(ILogger).IsAssignableFrom(parameter.ParameterType)
        || parameter.ParameterType == typeof(TimeSpan) || parameter.ParameterType == typeof(DateTimeOffset)
        || (parameter.ParameterType == typeof(string) && AllowedTexts.Contains(parameter.Name));
}
