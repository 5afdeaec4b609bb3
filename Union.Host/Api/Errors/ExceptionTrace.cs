using System.Text;

namespace Union.Host.Api.Errors;

/// <summary>What may be logged of an exception that nobody expected: types and stacks, never a text.</summary>
internal static class ExceptionTrace
{
    /// <summary>As many as explain a failure; a chain may be longer, and endless where it is made up.</summary>
    private const int MaxDepth = 8;

    public static string Of(Exception exception)
    {
        var trace = new StringBuilder();
        var depth = 0;
        for (var e = exception; e is not null && depth < MaxDepth; e = e.InnerException, depth++)
        {
            trace.Append(depth == 0 ? "" : "\ncaused by ").Append(e.GetType().FullName).Append('\n').Append(e.StackTrace);
        }

        return trace.ToString();
    }
}
