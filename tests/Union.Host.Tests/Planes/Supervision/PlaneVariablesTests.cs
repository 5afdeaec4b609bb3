using Union.Host.Configuration;
using Union.Host.Planes.Supervision;
using Union.Testing;

namespace Union.Host.Tests.Planes.Supervision;

public sealed class PlaneVariablesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void CloudCredentials_GoToTheComputePlaneOnly()
    {
        var environment = new ProcessEnvironment(new Dictionary<string, string>
        {
            ["UNION_HOME"] = _folder.Path,
            ["AWS_SECRET_ACCESS_KEY"] = "a",
            ["AZURE_CLIENT_SECRET"] = "b",
            ["GOOGLE_APPLICATION_CREDENTIALS"] = "c",
            ["HTTPS_PROXY"] = "http://user:word@proxy:3128",
            ["no_proxy"] = "10.0.0.0/8",
            ["UNRELATED"] = "d",
        });
        var variables = new PlaneVariables(
            new ConfigurationLoader(environment).Load(null, "", null).Configuration, null, environment);

        var compute = variables.OfComputePlane(null);
        string[] cloud =
            ["AWS_SECRET_ACCESS_KEY", "AZURE_CLIENT_SECRET", "GOOGLE_APPLICATION_CREDENTIALS", "HTTPS_PROXY", "no_proxy"];
        Assert.Equal(["a", "b", "c", "http://user:word@proxy:3128", "10.0.0.0/8"], cloud.Select(name => compute[name]));
        Assert.DoesNotContain("UNRELATED", compute.Keys);
        Assert.Empty(variables.OfControlPlane().Keys.Intersect(cloud));
    }
}
