namespace Union.Core.Boundary;

/// <summary>Declares the class of a persisted column; a column without it fails the stored-fields test.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class DataClassAttribute(DataClass dataClass) : Attribute
{
    public DataClass DataClass { get; } = dataClass;
}
