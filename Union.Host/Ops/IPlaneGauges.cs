namespace Union.Host.Ops;

/// <summary>
/// What a plane measures by looking rather than by counting. Made together with the export of metrics, so that a plane
/// that nobody asks pays nothing for it.
/// </summary>
internal interface IPlaneGauges
{
    /// <summary>The meter that holds them, and the counters of the same plane.</summary>
    string Meter { get; }

    /// <summary>Called before each export, for what cannot be looked up at once.</summary>
    Task RefreshAsync(CancellationToken cancellationToken);
}
