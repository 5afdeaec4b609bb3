using System.Reflection;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;

namespace Union.Host.Api.Binding;

/// <summary>
/// Finds the methods of a service, as the server's own provider does, and binds them so that a message that is no
/// message is the caller's error: without this it would be an "unknown" one of the server.
/// </summary>
internal sealed class ContractMethods<TService> : IServiceMethodProvider<TService>
    where TService : class
{
    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<TService> context)
    {
        for (var type = typeof(TService); type is not null; type = type.BaseType)
        {
            if (type.GetCustomAttribute<BindServiceMethodAttribute>(inherit: false) is { } attribute)
            {
                Bind(attribute, context);
                return;
            }
        }
    }

    private static void Bind(BindServiceMethodAttribute attribute, ServiceMethodProviderContext<TService> context)
    {
        var bind = attribute.BindType
            .GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static)
            .Single(m => m.Name == attribute.BindMethodName
                && m.GetParameters() is [{ ParameterType: var first }, _] && first == typeof(ServiceBinderBase));
        bind.Invoke(null, [new ContractBinder<TService>(context), null]);
    }
}
