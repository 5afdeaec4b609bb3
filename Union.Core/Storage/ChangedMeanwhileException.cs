namespace Union.Core.Storage;

/// <summary>
/// Another transaction was faster, and what this one read no longer holds: it is rolled back and its work runs again.
/// </summary>
internal sealed class ChangedMeanwhileException() : Exception("The row was changed by another transaction.");
