using FluentValidation;
using Union.Core.Boundary;
using Union.Core.ControlPlane.Runs;
using Union.Core.Storage;

namespace Union.Core.ControlPlane.Triggers;

/// <summary>A trigger named in full, for changes of several at once.</summary>
public sealed record TriggerName(string Project, string Domain, TriggerKey Key)
{
    public override string ToString() => $"{Project}/{Domain}/{Key.Task}/{Key.Name}";
}

internal static class TriggerNames
{
    private const int Max = 100;

    /// <summary>Changes of several triggers name a bounded number of them.</summary>
    public static void Bound<T>(IRuleBuilder<T, IReadOnlyList<TriggerName>> names) => names
        .Must(all => all.Count is > 0 and <= Max).WithMessage($"Name 1 to {Max} triggers.");

    public static async Task<TriggerRow> FindAsync(Session session, string org, TriggerName name)
    {
        var trigger = await TriggerStore.FindAsync(session, new ProjectScope(org, name.Project, name.Domain), name.Key);
        return trigger is { DeletedAt: null } ? trigger : throw TriggerErrors.NoSuchTrigger(name.Key.Task, name.Key.Name);
    }
}
