using NetArchTest.Rules;

namespace Union.ArchTests;

/// <summary>One arrow of the house, and the types that break it.</summary>
internal static class Arrow
{
    public static IReadOnlyList<string> Violations(System.Reflection.Assembly assembly, string from, string[] to)
    {
        var result = Types.InAssembly(assembly).That().ResideInNamespace(from)
            .ShouldNot().HaveDependencyOnAny(to).GetResult();
        return result.IsSuccessful ? [] : [.. result.FailingTypes.Select(t => t.FullName!)];
    }
}
