using Union.Core.Authoring.Yaml;
using YamlDotNet.RepresentationModel;

namespace Union.Host.Configuration;

/// <summary>
/// The providers of one kind, each with a word and its own keys beside that word. A provider's keys are unknown to the
/// others, so an option that would do nothing is an error that lists those that there are; the first is the default.
/// </summary>
internal sealed class ProviderChoice<T>(
    string key, params (string Word, Func<ConfigurationReader, YamlSection, T> Read)[] providers)
{
    public T Read(ConfigurationReader reader, YamlSection section)
    {
        var index = reader.Choice(section, key, 0, [.. providers.Select((provider, i) => (provider.Word, i))]);
        var foreign = new HashSet<string>(StringComparer.Ordinal);
        for (var other = 0; other < providers.Length; other++)
        {
            if (other != index)
            {
                // For variables and the schema; its values are nobody's.
                foreign.UnionWith(section.KnowAlso(twin => providers[other].Read(new ConfigurationReader(reader.Environment), twin)));
            }
        }

        var value = providers[index].Read(reader, section);
        section.EndOf(Exists(section) ? providers[index].Word : null, key, foreign);
        return value;
    }

    private bool Exists(YamlSection section) => section.Find(key) is not { } node
        || (node is YamlScalarNode { Value: { } word } && providers.Any(provider => provider.Word == word));
}
