namespace Union.Core.Boundary;

/// <summary>Where runs live: an org's project in one domain. Every part obeys <see cref="Names.IsResource"/>.</summary>
public sealed record ProjectScope(string Org, string Project, string Domain)
{
    public override string ToString() => $"{Org}/{Project}/{Domain}";
}

/// <summary>One run: a tree of actions below <see cref="Names.RootAction"/>.</summary>
public sealed record RunId(string Org, string Project, string Domain, string Name)
{
    public ProjectScope Scope => new(Org, Project, Domain);

    public override string ToString() => $"{Org}/{Project}/{Domain}/{Name}";
}

/// <summary>One action of a run.</summary>
public sealed record ActionId(RunId Run, string Name)
{
    public override string ToString() => $"{Run}/{Name}";
}

/// <summary>One try of an action; the first is 1.</summary>
public sealed record AttemptId(ActionId Action, int Attempt)
{
    public override string ToString() => $"{Action}/{Attempt}";
}
