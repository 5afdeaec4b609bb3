using Union.Core.Authoring.Yaml;

namespace Union.Host.Configuration;

/// <summary>
/// The providers of one kind, each with a word and its own keys beside that word. A provider's keys are unknown to the
/// others, so an option that would do nothing is an error; the first is the default.
/// </summary>
internal sealed class ProviderChoice<T>(
    string key, params (string Word, Func<ConfigurationReader, YamlSection, T> Read)[] providers)
{
    public T Read(ConfigurationReader reader, YamlSection section)
    {
        var index = reader.Choice(section, key, 0, [.. providers.Select((provider, i) => (provider.Word, i))]);
        for (var other = 0; other < providers.Length; other++)
        {
            if (other != index)
            {
                // For variables and the schema; its values are nobody's.
                section.KnowAlso(twin => providers[other].Read(new ConfigurationReader(reader.Environment), twin));
            }
        }

        var value = providers[index].Read(reader, section);
        section.End();
        return value;
    }
}
