using System.Buffers;
using Google.Protobuf;
using Grpc.Core;

namespace Union.Host.Api.Splicing;

/// <summary>Binds a generated service with response marshallers that write what <see cref="Splices"/> holds behind a response.</summary>
internal sealed class SplicingBinder(ServiceBinderBase inner) : ServiceBinderBase
{
    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) =>
        inner.AddMethod(WithSplicing(method), handler);

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler) =>
        inner.AddMethod(WithSplicing(method), handler);

    private static Method<TRequest, TResponse> WithSplicing<TRequest, TResponse>(Method<TRequest, TResponse> method)
        where TRequest : class
        where TResponse : class =>
        new(method.Type, method.ServiceName, method.Name, method.RequestMarshaller,
            Marshallers.Create<TResponse>(Write, method.ResponseMarshaller.ContextualDeserializer));

    private static void Write<TResponse>(TResponse response, SerializationContext context)
    {
        var message = (IMessage)response!;
        var splice = Splices.Of(message);
        context.SetPayloadLength(message.CalculateSize() + splice.Length);
        var writer = context.GetBufferWriter();
        message.WriteTo(writer);
        writer.Write(splice);
        context.Complete();
    }
}
