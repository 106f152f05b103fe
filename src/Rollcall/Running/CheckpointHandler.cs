namespace Rollcall.Running;

/// <summary>Calls the checkpoint before each request goes out and after each answer came: where a crash test ends the process.</summary>
internal sealed class CheckpointHandler(Action<string> checkpoint, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        checkpoint("request");
        var answer = await base.SendAsync(request, cancellationToken);
        checkpoint("answer");
        return answer;
    }
}
