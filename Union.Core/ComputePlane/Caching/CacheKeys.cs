using System.Text;
using Flyteidl2.Core;
using Flyteidl2.Task;
using Google.Protobuf;
using Union.Core.Boundary;
using Union.Core.ComputePlane.Objects;

namespace Union.Core.ComputePlane.Caching;

/// <summary>
/// Names a result by what decides it: task, cache version, interface and inputs. Keyed, because the control plane keeps
/// the name, and a plain hash of a yes/no input is the input.
/// </summary>
public sealed class CacheKeys(KeyedDigest digests)
{
    /// <summary>The key of a task that runs on these inputs.</summary>
    public string OfInputs(ProjectScope scope, TaskSpec task, Inputs inputs) =>
        Of(scope, task, "inputs", writer =>
        {
            var ignored = task.TaskTemplate.Metadata.CacheIgnoreInputVars;
            var counted = inputs.Literals.Where(l => !ignored.Contains(l.Name)).OrderBy(l => l.Name, StringComparer.Ordinal);
            foreach (var literal in counted)
            {
                Write(writer, literal.Name);
                Write(writer, Identity(literal.Value));
            }
        });

    /// <summary>The key behind a client's own; empty where it sent none.</summary>
    public string OfClientKey(ProjectScope scope, TaskSpec task, string clientKey) =>
        clientKey.Length == 0 ? "" : Of(scope, task, "client", writer => Write(writer, clientKey));

    // A client may say by a hash of its own what a value is, for one that is elsewhere at every run.
    private static byte[] Identity(Literal? value) => value is { Hash.Length: > 0 }
        ? Encoding.UTF8.GetBytes("hash " + value.Hash)
        : value?.ToByteArray() ?? [];

    private string Of(ProjectScope scope, TaskSpec task, string kind, Action<BinaryWriter> rest)
    {
        var template = task.TaskTemplate ?? new TaskTemplate();
        using var buffer = new MemoryStream();
        using (var writer = new BinaryWriter(buffer, Encoding.UTF8, leaveOpen: true))
        {
            foreach (var part in new[]
            {
                "union cache 1", kind, scope.Project, scope.Domain, template.Id?.Name ?? "", template.Metadata?.DiscoveryVersion ?? "",
            })
            {
                Write(writer, part);
            }

            Write(writer, template.Interface?.Inputs);
            Write(writer, template.Interface?.Outputs);
            rest(writer);
        }

        return digests.Of(scope.Org, buffer.ToArray());
    }

    private static void Write(BinaryWriter writer, VariableMap? variables)
    {
        var entries = (variables?.Variables ?? []).OrderBy(v => v.Key, StringComparer.Ordinal).ToList();
        writer.Write(entries.Count);
        foreach (var entry in entries)
        {
            Write(writer, entry.Key);
            Write(writer, entry.Value?.Type?.ToByteArray() ?? []);
        }
    }

    private static void Write(BinaryWriter writer, string text) => Write(writer, Encoding.UTF8.GetBytes(text));

    // With its length, so that no two lists of parts have the same bytes.
    private static void Write(BinaryWriter writer, byte[] bytes)
    {
        writer.Write(bytes.Length);
        writer.Write(bytes);
    }
}
