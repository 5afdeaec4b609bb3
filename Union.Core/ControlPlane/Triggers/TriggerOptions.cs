namespace Union.Core.ControlPlane.Triggers;

/// <summary>What happens to instants that passed while no control plane ran.</summary>
public enum CatchUp
{
    /// <summary>The last of them fires once, late; what lies before it does not.</summary>
    Latest,

    /// <summary>All of them fire, oldest first.</summary>
    All,

    /// <summary>None of them fires.</summary>
    Skip,
}

public sealed record TriggerOptions
{
    /// <summary>
    /// Latest, because a report that is late once is wanted and a hundred of them are not.
    /// </summary>
    public CatchUp CatchUp { get; init; } = CatchUp.Latest;

    /// <summary>An instant that passed by no more than this was not missed, the sweep was only late.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often is looked for what is due: a minute's schedule starts at most this much late.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Instants of one trigger that one transaction fires at most; the rest follow in the next ones.</summary>
    public int MaxAtOnce { get; init; } = 20;
}
