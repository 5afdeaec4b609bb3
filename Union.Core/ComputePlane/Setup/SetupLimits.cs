using Union.Core.Boundary;

namespace Union.Core.ComputePlane.Setup;

/// <summary>What a cloud takes: it would refuse more, after other documents were applied.</summary>
public static class SetupLimits
{
    /// <param name="document">Without white space, which no cloud counts.</param>
    public static void Hold(string document, int most, string name, string cloud)
    {
        if (document.Length > most)
        {
            throw TooMuch($"{name} has {document.Length} characters, and {cloud} takes {most}.");
        }
    }

    public static UnionException TooMuch(string message) => new(
        ErrorCode.OutOfRange, "cloud_policy_too_large", message,
        "Name fewer projects in computePlane.policy.prefixes, with a star for what they have in common.");
}
