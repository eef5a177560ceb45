namespace OrleansStream.Gateway;

/// <summary>Where the gateway answers.</summary>
public static class Routes
{
    public const string Api = "/api/v1";
    public const string Jobs = Api + "/jobs";
    public const string Savepoints = Api + "/savepoints";
    public const string Live = "/health/live";
    public const string Ready = "/health/ready";
    public const string Dashboard = "/dashboard";
    public const string OpenApi = "/openapi/{documentName}.json";
}
