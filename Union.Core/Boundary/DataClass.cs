namespace Union.Core.Boundary;

/// <summary>
/// What a value is, for the question of who may keep it. The control plane may persist the first three; a value that
/// nobody classified counts as <see cref="Secret"/>.
/// </summary>
public enum DataClass
{
    /// <summary>Never classified: treated as <see cref="Secret"/>.</summary>
    Unspecified = 0,

    /// <summary>Ids, phases, instants, image names, resource requests, references, text typed for the control plane.</summary>
    Orchestration = 1,

    /// <summary>Users, roles, clusters: the installation itself.</summary>
    Platform = 2,

    /// <summary>The installation's own keys, stored hashed or sealed.</summary>
    Credential = 3,

    /// <summary>Inputs, outputs, code, logs, reports, metrics, error text, command lines, environment values.</summary>
    Customer = 4,

    /// <summary>The customer's secret values, signed URLs, bearer tokens.</summary>
    Secret = 5,
}
