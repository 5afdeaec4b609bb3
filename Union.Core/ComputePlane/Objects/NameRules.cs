using FluentValidation;
using Union.Core.Boundary;

namespace Union.Core.ComputePlane.Objects;

/// <summary>The rules of names, for every validator of this plane.</summary>
internal static class NameRules
{
    public static IRuleBuilderOptions<T, string?> ResourceName<T>(this IRuleBuilder<T, string?> rule) => rule
        .Must(Names.IsResource).WithMessage("{PropertyName} must be 1 to 63 of A-Z a-z 0-9 . _ -.");

    public static IRuleBuilderOptions<T, string?> RunName<T>(this IRuleBuilder<T, string?> rule) => rule
        .Must(Names.IsRun).WithMessage("{PropertyName} must be a run's name: a-z 0-9 -, at most 30 characters.");

    public static IRuleBuilderOptions<T, string?> ActionName<T>(this IRuleBuilder<T, string?> rule) => rule
        .Must(Names.IsAction).WithMessage("{PropertyName} must be an action's name: a-z 0-9 -, at most 63 characters.");

    public static IRuleBuilderOptions<T, string?> SecretName<T>(this IRuleBuilder<T, string?> rule) => rule
        .Must(Names.IsSecret).WithMessage("{PropertyName} must be 1 to 127 of A-Z a-z 0-9 _ -.");

    public static IRuleBuilderOptions<T, TimeSpan?> WholeSeconds<T>(this IRuleBuilder<T, TimeSpan?> rule) => rule
        .Must(t => t is null || (t > TimeSpan.Zero && t.Value.Ticks % TimeSpan.TicksPerSecond == 0))
        .WithMessage("{PropertyName} must be a positive number of whole seconds.");
}
