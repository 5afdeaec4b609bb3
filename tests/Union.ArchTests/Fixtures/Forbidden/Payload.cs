namespace Union.ArchTests.Fixtures.Forbidden;

public sealed class Payload
{
    public static int Count => 1;
}
