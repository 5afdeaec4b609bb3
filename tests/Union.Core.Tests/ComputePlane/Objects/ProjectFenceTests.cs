using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;
using Union.Testing.Objects;

namespace Union.Core.Tests.ComputePlane.Objects;

public sealed class ProjectFenceTests
{
    [Fact]
    public void TryResolve_GeneratedKeys_AllowsExactlyWhatIsBelowTheProject()
    {
        var store = new InMemoryObjectStore(TimeProvider.System);
        var layout = new ObjectLayout();
        var fence = new ProjectFence(store, layout);
        var inside = layout.Project(ComputePlaneFixture.Scope);
        foreach (var key in OddKeys.Generate(seed: 11, count: 2000).Where(k => k.ToString().Length < 500))
        {
            var below = inside.Append(key.ToString());

            Assert.True(fence.TryResolve(ComputePlaneFixture.Scope, store.ReferenceTo(below).ToString(), out var found));
            Assert.Equal(below, found);
            foreach (var outside in new[] { key.ToString(), $"{inside}{key}", $"union/v1/acme/p/{key}/dev/x" })
            {
                Assert.False(fence.TryResolve(
                    ComputePlaneFixture.Scope, store.ReferenceTo(ObjectKey.Parse(outside)).ToString(), out _), outside);
            }
        }
    }
}
