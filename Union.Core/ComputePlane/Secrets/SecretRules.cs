using FluentValidation;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;

namespace Union.Core.ComputePlane.Secrets;

/// <summary>What every request about one secret must hold.</summary>
internal static class SecretRules
{
    public static void Add<T>(
        AbstractValidator<T> validator, Func<T, string?> project, Func<T, string?> domain, Func<T, string?>? name)
    {
        validator.RuleFor(c => project(c)).ResourceName().WithName("Project").When(c => project(c) is not null);
        validator.RuleFor(c => domain(c)).ResourceName().WithName("Domain").When(c => domain(c) is not null);
        if (name is not null)
        {
            validator.RuleFor(c => name(c)).SecretName().WithName("Name");
        }
    }

    public static UnionException Missing(SecretName name) => new(
        ErrorCode.NotFound, "secret_missing", $"Secret {name} does not exist.",
        "List the secrets of the project and domain, or create it.");
}
