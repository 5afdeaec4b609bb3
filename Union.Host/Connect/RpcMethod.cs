using Google.Protobuf.Reflection;

namespace Union.Host.Connect;

/// <summary>A method that this plane maps, as the contract describes it.</summary>
internal sealed record RpcMethod(MethodDescriptor Descriptor)
{
    public string Path => $"/{Descriptor.Service.FullName}/{Descriptor.Name}";

    /// <summary>Connect frames a method whose request or answer may be several messages.</summary>
    public bool IsStream => Descriptor.IsServerStreaming || Descriptor.IsClientStreaming;

    public bool IsClientStream => Descriptor.IsClientStreaming;

    /// <summary>Such a method may be asked by GET; it is what the contract says and nothing that a server decides.</summary>
    public bool HasNoSideEffects { get; } =
        Descriptor.GetOptions()?.IdempotencyLevel is MethodOptions.Types.IdempotencyLevel.NoSideEffects;
}
