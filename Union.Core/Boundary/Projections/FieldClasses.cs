using System.Collections.Frozen;
using Google.Protobuf.Reflection;

namespace Union.Core.Boundary.Projections;

/// <summary>
/// The class of every field of every message that the control plane must look at. Kept fields are orchestration; private
/// ones are customer; a field that is in neither list is private too, and a test over the descriptors names it.
/// </summary>
internal static class FieldClasses
{
    /// <summary>The messages that are split; everything that is kept of them is reached from here.</summary>
    public static IReadOnlyList<MessageDescriptor> Roots { get; } =
        [
            Flyteidl2.Task.TaskSpec.Descriptor, Flyteidl2.Task.RunSpec.Descriptor, Flyteidl2.Workflow.TraceAction.Descriptor,
            Flyteidl2.Workflow.ConditionAction.Descriptor,
        ];

    private static readonly MessageClasses[] Table =
    [
        new("flyteidl2.task.TaskSpec", "task_template short_name environment", "default_inputs documentation"),
        new("flyteidl2.task.Environment", "name", "description"),
        new("flyteidl2.core.TaskTemplate",
            "id type metadata interface container task_type_version security_context extended_resources",
            "custom k8s_pod sql config"),
        new("flyteidl2.core.Identifier", "resource_type project domain name version org", ""),
        new("flyteidl2.core.TaskMetadata",
            "discoverable runtime timeout retries discovery_version interruptible cache_serializable "
            + "pod_template_name cache_ignore_input_vars is_eager generates_deck image_build_run is_entrypoint "
            + "code_bundle_uri timeouts debuggable",
            "deprecated_error_message tags metadata log_links"),
        new("flyteidl2.core.RuntimeMetadata", "type version flavor", ""),
        new("flyteidl2.core.RetryStrategy", "retries backoff", ""),
        new("flyteidl2.core.Backoff", "base factor cap", ""),
        new("flyteidl2.core.TimeoutStrategy", "queued_timeout deadline", ""),
        new("flyteidl2.common.RunIdentifier", "org project domain name", ""),
        new("flyteidl2.core.TypedInterface", "inputs outputs", ""),
        new("flyteidl2.core.VariableMap", "variables", ""),
        new("flyteidl2.core.VariableEntry", "key value", ""),
        new("flyteidl2.core.Variable", "type", "description artifact_partial_id artifact_tag"),
        new("flyteidl2.core.LiteralType",
            "simple schema collection_type map_value_type blob structured_dataset_type union_type",
            "enum_type metadata annotation structure"),
        new("flyteidl2.core.SchemaType", "columns", ""),
        new("flyteidl2.core.SchemaType.SchemaColumn", "name type", ""),
        new("flyteidl2.core.BlobType", "format dimensionality", ""),
        new("flyteidl2.core.StructuredDatasetType", "columns format", "external_schema_type external_schema_bytes"),
        new("flyteidl2.core.StructuredDatasetType.DatasetColumn", "name literal_type", ""),
        new("flyteidl2.core.UnionType", "variants", ""),
        new("flyteidl2.core.Container", "image resources ports data_config architecture", "command args env config"),
        new("flyteidl2.core.ContainerPort", "container_port name", ""),
        new("flyteidl2.core.Resources", "requests limits", ""),
        new("flyteidl2.core.Resources.ResourceEntry", "name value", ""),
        new("flyteidl2.core.DataLoadingConfig",
            "enabled input_path output_path format io_strategy file_input_layout", ""),
        new("flyteidl2.core.IOStrategy", "download_mode upload_mode", ""),
        new("flyteidl2.core.SecurityContext", "run_as secrets", "tokens"),
        new("flyteidl2.core.Identity", "iam_role k8s_service_account execution_identity", "oauth2_client"),
        new("flyteidl2.core.Secret", "group group_version key mount_requirement env_var", ""),
        new("flyteidl2.core.ExtendedResources", "gpu_accelerator shared_memory", ""),
        new("flyteidl2.core.GPUAccelerator", "device unpartitioned partition_size device_class", ""),
        new("flyteidl2.core.SharedMemory", "mount_path mount_name size_limit", ""),
        new("flyteidl2.task.RunSpec",
            "labels interruptible overwrite_cache queue raw_data_storage security_context cache_config "
            + "notification_rule_name run_start_time max_action_concurrency run_base_dir related_to cluster_pool "
            + "task_spec_source relation recover",
            "annotations envs notification_rules"),
        new("flyteidl2.task.Labels", "values", ""),
        new("flyteidl2.task.RawDataStorage", "raw_data_prefix", ""),
        new("flyteidl2.task.CacheConfig", "overwrite_cache cache_lookup_scope", ""),
        new("flyteidl2.common.Relation", "related_to relation_type", ""),
        new("flyteidl2.task.Recover", "force_rerun_actions", ""),
        new("flyteidl2.workflow.TraceAction", "name phase start_time end_time outputs spec", ""),
        new("flyteidl2.task.TraceSpec", "interface", ""),
        new("flyteidl2.task.OutputReferences", "output_uri report_uri", ""),
        new("flyteidl2.workflow.ConditionAction", "name type prompt_type timeout", "prompt description webhook"),
    ];

    private static readonly FrozenDictionary<string, MessageClasses> ByMessage =
        Table.ToFrozenDictionary(m => m.Message);

    /// <summary>True for a field that the control plane may keep.</summary>
    public static bool IsKept(FieldDescriptor field) =>
        ByMessage.TryGetValue(field.ContainingType.FullName, out var classes) && classes.Kept.Contains(field.Name);

    /// <summary>True for a field that somebody decided about, either way.</summary>
    public static bool IsListed(FieldDescriptor field) =>
        ByMessage.TryGetValue(field.ContainingType.FullName, out var classes)
        && (classes.Kept.Contains(field.Name) || classes.Private.Contains(field.Name));

    /// <summary>Names in the table that the contract does not have, such as one that was misspelt.</summary>
    public static IEnumerable<string> Unknown(Func<string, MessageDescriptor?> find) =>
        from classes in Table
        let message = find(classes.Message)
        from name in classes.Kept.Concat(classes.Private)
        where message?.FindFieldByName(name) is null
        select $"{classes.Message}.{name}";

    private sealed class MessageClasses(string message, string kept, string @private)
    {
        public string Message { get; } = message;

        public FrozenSet<string> Kept { get; } = Set(kept);

        public FrozenSet<string> Private { get; } = Set(@private);

        private static FrozenSet<string> Set(string names) =>
            names.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToFrozenSet();
    }
}
