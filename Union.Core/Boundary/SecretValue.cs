using System.Diagnostics;

namespace Union.Core.Boundary;

/// <summary>A value that must never be printed. <see cref="Reveal"/> is the one greppable door.</summary>
[DebuggerDisplay("<secret>")]
public sealed class SecretValue(string value)
{
    private readonly string _value = value;

    public string Reveal() => _value;

    public override string ToString() => "<secret>";
}
