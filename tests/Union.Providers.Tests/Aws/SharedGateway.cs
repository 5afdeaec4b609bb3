using Union.Testing.Servers;

namespace Union.Providers.Tests.Aws;

/// <summary>All tests of the gateway share one: it needs a quarter of a minute to start.</summary>
[CollectionDefinition(Name)]
public sealed class SharedGateway : ICollectionFixture<RadosGateway>
{
    public const string Name = "radosgw";
}
