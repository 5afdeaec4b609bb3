using FluentValidation;
using Union.Core.Boundary;

namespace Union.Core.ComputePlane.Children;

/// <summary>The rules of what every child has.</summary>
internal static class ChildRules
{
    public static IRuleBuilderOptions<T, string> ChildName<T>(this IRuleBuilder<T, string> rule) => rule
        .Must(n => Names.IsAction(n) && n != Names.RootAction)
        .WithMessage("A child's name has 1 to 63 lower-case letters and digits, dashes between them, and is not a0.");

    public static IRuleBuilderOptions<T, string> GroupName<T>(this IRuleBuilder<T, string> rule) => rule
        .MaximumLength(63).WithMessage("A group may have 63 characters.");
}
