namespace Union.Providers.Local.Execution;

/// <summary>
/// Whether this machine belongs to a cloud, whose metadata addresses give the machine's own credentials to every process
/// that reaches them. Read from what the firmware says of itself, as cloud-init does; nothing is sent anywhere.
/// </summary>
public static class CloudMachine
{
    private const string Firmware = "/sys/class/dmi/id";

    // File, how its text begins, the cloud. Azure and Oracle mark the chassis, the others the product or its maker.
    private static readonly (string File, string Start, string Cloud)[] Marks =
    [
        ("sys_vendor", "Amazon EC2", "Amazon EC2"),
        ("product_uuid", "ec2", "Amazon EC2"),
        ("product_name", "Google Compute Engine", "Google Compute Engine"),
        ("chassis_asset_tag", "7783-7084-3265-9085-8269-3286-77", "Azure"),
        ("chassis_asset_tag", "OracleCloud.com", "Oracle Cloud"),
        ("sys_vendor", "Alibaba Cloud", "Alibaba Cloud"),
    ];

    // Containers on ECS and pods on EKS have an address of their own for the same purpose.
    private static readonly string[] ContainerVariables =
        ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"];

    /// <summary>The cloud's name; null on a machine that tells of none.</summary>
    /// <param name="variable">A variable of this process; null where it is absent or empty.</param>
    public static string? Find(Func<string, string?> variable) => Find(Firmware, variable);

    internal static string? Find(string firmware, Func<string, string?> variable)
    {
        foreach (var (file, start, cloud) in Marks)
        {
            if (Read(Path.Combine(firmware, file)).StartsWith(start, StringComparison.OrdinalIgnoreCase))
            {
                return cloud;
            }
        }

        return ContainerVariables.Any(name => variable(name) is not null) ? "a container on AWS" : null;
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
