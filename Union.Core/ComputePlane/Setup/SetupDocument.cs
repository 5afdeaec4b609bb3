using System.Text.Json.Nodes;

namespace Union.Core.ComputePlane.Setup;

/// <summary>A document that an operator hands to a cloud so that it gives the cluster what it needs and no more.</summary>
/// <param name="Name">A file name without its ending, unique among the documents of a cloud.</param>
/// <param name="What">One sentence on what it does.</param>
/// <param name="Apply">The vendor's own command that applies it, reading <c>NAME.json</c>.</param>
public sealed record SetupDocument(string Name, string What, string Apply, JsonNode Content);
