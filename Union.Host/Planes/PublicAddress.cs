namespace Union.Host.Planes;

/// <summary>The address under which clients reach this control plane, without a final slash.</summary>
internal sealed record PublicAddress(string Url);
