using System.Globalization;
using Union.Core.Boundary;

namespace Union.Core.ComputePlane.Objects;

/// <summary>Finds attempts by what they left in the store.</summary>
internal static class AttemptFolders
{
    /// <summary>The highest attempt with a file of that name, or null.</summary>
    public static async Task<AttemptId?> NewestWithAsync(
        this IObjectStore store, ObjectLayout layout, ActionId action, string fileName,
        CancellationToken cancellationToken)
    {
        var folder = layout.Run(action.Run).Append(action.Name);
        var newest = 0;
        await foreach (var found in store.ListAsync(folder, cancellationToken))
        {
            var parts = found.Key.ToString()[(folder.ToString().Length + 1)..].Split('/');
            if (parts is [var number, var name] && name == fileName
                && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var attempt))
            {
                newest = Math.Max(newest, attempt);
            }
        }

        return newest == 0 ? null : new AttemptId(action, newest);
    }
}
