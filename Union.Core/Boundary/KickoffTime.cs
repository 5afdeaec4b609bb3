using Flyteidl2.Core;
using Flyteidl2.Task;
using Google.Protobuf.WellKnownTypes;

namespace Union.Core.Boundary;

/// <summary>
/// The input that tells a task when its run was due. Its name travels with the inputs, as stock SDKs write it there; the
/// value is put in where an attempt starts, because the control plane that fires a trigger has no inputs to change.
/// </summary>
public static class KickoffTime
{
    private const string ContextKey = "_u_kickoff_time_input_arg";

    /// <summary>Says which input is filled; it has no value until then.</summary>
    public static void Name(Inputs inputs, string input) =>
        inputs.Context.Add(new Flyteidl2.Core.KeyValuePair { Key = ContextKey, Value = input });

    /// <summary>
    /// Fills the input of a run's first action; children got their inputs from their parent. False where there is nothing
    /// to fill.
    /// </summary>
    public static bool TryFill(Inputs inputs, ActionId action, DateTimeOffset due)
    {
        var input = inputs.Context.FirstOrDefault(pair => pair.Key == ContextKey)?.Value;
        if (action.Name != Names.RootAction || !Names.IsVariable(input))
        {
            return false;
        }

        var literal = inputs.Literals.FirstOrDefault(l => l.Name == input);
        if (literal is null)
        {
            literal = new NamedLiteral { Name = input };
            inputs.Literals.Add(literal);
        }

        literal.Value = new Literal { Scalar = new Scalar { Primitive = new Primitive { Datetime = due.ToTimestamp() } } };
        return true;
    }
}
