using Union.Core.Boundary;

namespace Union.Host.Api.Runs;

internal static class InlineInputs
{
    /// <summary>What a message is answered that carries inputs as values.</summary>
    public static UnionException Refusal(string field) => new(
        ErrorCode.InvalidArgument, "inline_inputs", "Inputs must not travel through the control plane.",
        $"Send them with DataProxyService/UploadInputs, to the address that SelectCluster answers, and pass {field}.");
}
