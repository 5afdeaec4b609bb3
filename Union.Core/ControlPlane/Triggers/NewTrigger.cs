using FluentValidation;
using Union.Core.Boundary;
using Union.Core.ControlPlane.Listing;

namespace Union.Core.ControlPlane.Triggers;

/// <summary>A trigger as the edge hands it over: the spec of its runs split, inputs by reference only.</summary>
/// <param name="RunProjection">Encoded RunSpec, orchestration fields only.</param>
/// <param name="RunPrivate">Keyed digest under which the cluster keeps the rest; empty when there is none.</param>
/// <param name="Labels">Labels of its runs.</param>
/// <param name="Description">Typed for the control plane, which stores it: at most 512 characters.</param>
public sealed record NewTrigger(
    string Name, bool Active, string Description, ReadOnlyMemory<byte> RunProjection, string RunPrivate,
    IReadOnlyDictionary<string, string> Labels, string InputUri, string InputsHash, TriggerSchedule Schedule);

internal sealed class NewTriggerValidator : AbstractValidator<NewTrigger>
{
    public NewTriggerValidator()
    {
        RuleFor(t => t.Name).Must(Names.IsResource)
            .WithMessage("A trigger's name has 1 to 63 letters, digits, dots, dashes and underscores.");
        RuleFor(t => t.Description).MaximumLength(512).WithMessage("A description may have 512 characters.");
        RuleFor(t => t.RunProjection.Length).LessThanOrEqualTo(64 * 1024).WithMessage("A run spec may have 64 KiB.");
        RuleFor(t => t.Labels).Must(LabelText.AreValid).WithMessage(LabelText.Rule);
        RuleFor(t => t.InputUri).Must(u => u.Length == 0 || Reference.TryParse(u, out _))
            .WithMessage("The reference to the inputs is malformed.");
        // It is stored, and a client sends it: only what a cluster answers, so that no text and no shorter hash can be in it.
        RuleFor(t => t.InputsHash).Matches(@"^([0-9a-f]{64})?\z")
            .WithMessage("The hash of the inputs is not one that UploadInputs answered.");
        RuleFor(t => t.Schedule).SetValidator(new TriggerScheduleValidator());
    }
}
