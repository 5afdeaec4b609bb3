namespace Union.Core.Storage;

/// <summary>A statement whose rows nobody waits for; the text is a constant.</summary>
public sealed record Statement(string Sql, object Parameters);
