using Union.Core.Boundary;

namespace Union.Core.ComputePlane.Flyte;

/// <summary>The variables by which Flyte's program knows what it runs and whom it asks for children.</summary>
public static class FlyteEnvironment
{
    /// <summary>
    /// Host, port and path of the cluster's local endpoint. The path holds the attempt's capability, since stock tasks
    /// send no credential over plain HTTP.
    /// </summary>
    public const string Endpoint = "_U_EP_OVERRIDE";

    public static IReadOnlyDictionary<string, string> Of(ActionId action, FlytePlaces places) =>
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["_U_RUN_BASE"] = places.RunBase,
            ["_U_ORG_NAME"] = action.Run.Org,
            ["FLYTE_INTERNAL_EXECUTION_PROJECT"] = action.Run.Project,
            ["FLYTE_INTERNAL_EXECUTION_DOMAIN"] = action.Run.Domain,
            ["RUN_NAME"] = action.Run.Name,
            ["ACTION_NAME"] = action.Name,
            ["_U_INSECURE"] = "true",
            ["_U_USE_ACTIONS"] = "1",
        };
}
