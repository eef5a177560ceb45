using Microsoft.AspNetCore.OpenApi;

namespace OrleansStream.Gateway;

/// <summary>What the OpenAPI document says of itself.</summary>
internal static class OpenApiText
{
    public static void Describe(OpenApiOptions options) => options.AddDocumentTransformer((document, _, _) =>
    {
        document.Info.Title = "OrleansStream";
        document.Info.Version = "v1";
        document.Info.Description = "Streaming SQL as a service: submit, watch and stop jobs. Errors are RFC 9457 problem details with a stable code.";
        // The address is the reader's own: a document with the server's would change from start to start.
        document.Servers?.Clear();
        return Task.CompletedTask;
    });
}
