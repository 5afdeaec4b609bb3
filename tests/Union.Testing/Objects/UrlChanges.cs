namespace Union.Testing.Objects;

/// <summary>What somebody may try with a signed URL.</summary>
public static class UrlChanges
{
    /// <summary>Another key; each parameter with another value, and without it.</summary>
    public static IEnumerable<string> Of(string url, string key, string otherKey)
    {
        var mark = url.IndexOf('?', StringComparison.Ordinal);
        var (path, parameters) = (url[..mark], url[(mark + 1)..].Split('&'));
        yield return url.Replace(key + "?", otherKey + "?", StringComparison.Ordinal);
        for (var i = 0; i < parameters.Length; i++)
        {
            var others = parameters.Where((_, j) => j != i).ToList();
            yield return $"{path}?{string.Join('&', others)}";
            yield return $"{path}?{string.Join('&', others.Append(Changed(parameters[i])))}";
        }
    }

    // In the middle of the value, where neither padding nor unused bits of base64 can hide it.
    private static string Changed(string parameter)
    {
        var equals = parameter.IndexOf('=', StringComparison.Ordinal);
        var at = equals + 1 + ((parameter.Length - equals - 1) / 2);
        at = parameter[at] is '%' ? at - 1 : at;
        var other = parameter[at] is '1' ? '2' : '1';
        return $"{parameter[..at]}{other}{parameter[(at + 1)..]}";
    }
}
