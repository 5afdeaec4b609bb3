using Google.Protobuf;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;

namespace Union.Host.Api.Binding;

internal sealed class ContractBinder<TService>(ServiceMethodProviderContext<TService> context) : ServiceBinderBase
    where TService : class
{
    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) =>
        context.AddUnaryMethod(
            Strict(method), [],
            Open<UnaryServerMethod<TService, TRequest, TResponse>>(method, typeof(TRequest), typeof(ServerCallContext)));

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler) =>
        context.AddServerStreamingMethod(
            Strict(method), [],
            Open<ServerStreamingServerMethod<TService, TRequest, TResponse>>(
                method, typeof(TRequest), typeof(IServerStreamWriter<TResponse>), typeof(ServerCallContext)));

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler) =>
        context.AddClientStreamingMethod(
            Strict(method), [],
            Open<ClientStreamingServerMethod<TService, TRequest, TResponse>>(
                method, typeof(IAsyncStreamReader<TRequest>), typeof(ServerCallContext)));

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler) =>
        context.AddDuplexStreamingMethod(
            Strict(method), [],
            Open<DuplexStreamingServerMethod<TService, TRequest, TResponse>>(
                method, typeof(IAsyncStreamReader<TRequest>), typeof(IServerStreamWriter<TResponse>), typeof(ServerCallContext)));

    private static TInvoker Open<TInvoker>(IMethod method, params Type[] parameters)
        where TInvoker : Delegate =>
        (typeof(TService).GetMethod(method.Name, parameters)
            ?? throw new InvalidOperationException($"{typeof(TService)} has no {method.Name}.")).CreateDelegate<TInvoker>();

    private static Method<TRequest, TResponse> Strict<TRequest, TResponse>(Method<TRequest, TResponse> method)
        where TRequest : class
        where TResponse : class
    {
        var read = method.RequestMarshaller.ContextualDeserializer;
        var requests = Marshallers.Create(method.RequestMarshaller.ContextualSerializer, Read);
        return new Method<TRequest, TResponse>(
            method.Type, method.ServiceName, method.Name, requests, method.ResponseMarshaller);

        TRequest Read(DeserializationContext bytes)
        {
            try
            {
                return read(bytes);
            }
            catch (Exception e) when (e is InvalidProtocolBufferException or System.Text.DecoderFallbackException)
            {
                throw Errors.ErrorMapping.ToRpcException(new Core.Boundary.UnionException(
                    Core.Boundary.ErrorCode.InvalidArgument, "message_undecodable",
                    $"The message is not one that {method.FullName} takes."));
            }
        }
    }
}
