using Union.Core.Boundary;

namespace Union.Host.Api.Runs;

internal static class InlineInputs
{
    /// <summary>What a message is answered that carries inputs as values.</summary>
    public static UnionException Refusal(string field) => new(
        ErrorCode.InvalidArgument, "inline_inputs",
        // Stock clients show the message only, so what to do stands in it.
        "Inputs must not travel through the control plane; send them to the cluster with DataProxyService/UploadInputs.",
        $"SelectCluster answers its address; pass on what it answers as {field}.");
}
