using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Rollcall.Simulators.Http;
using Rollcall.Simulators.State;

namespace Rollcall.Simulators.Control;

/// <summary>How the control of any simulator answers: what was done, or what is wrong with a request.</summary>
internal static class ControlAnswers
{
    /// <summary>Sends what <paramref name="answer"/> gives, or says what is wrong.</summary>
    public static async Task SendAsync(HttpContext context, Func<Task<Reply>> answer)
    {
        var reply = await GuardedAsync(answer);
        context.Response.StatusCode = reply.Status;
        context.Response.ContentType = reply.ContentType;
        if (reply.Stream is { } stream)
        {
            await stream(context.Response.Body, context.RequestAborted);
        }
        else
        {
            await context.Response.Body.WriteAsync(reply.Body, context.RequestAborted);
        }
    }

    public static Reply Done(Action act)
    {
        act();
        return Reply.Json(200, json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("done", true);
            json.WriteEndObject();
        });
    }

    public static Reply Wrong(int status, string message) => Reply.Json(status, json =>
    {
        json.WriteStartObject();
        json.WriteString("error", message);
        json.WriteEndObject();
    });

    public static Reply Options<T>(T options) => new(200, JsonSerializer.SerializeToUtf8Bytes(options, SwitchesJson.Options), Reply.JsonType);

    public static async Task<T> Body<T>(HttpContext context) =>
        await JsonSerializer.DeserializeAsync<T>(context.Request.Body, Seeding.Json, context.RequestAborted)
        ?? throw new FormatException("The body is empty.");

    public static void WriteCounts(Utf8JsonWriter json, string name, IEnumerable<KeyValuePair<string, int>> counts)
    {
        json.WriteStartObject(name);
        foreach (var (key, count) in counts)
        {
            json.WriteNumber(key, count);
        }

        json.WriteEndObject();
    }

    private static async Task<Reply> GuardedAsync(Func<Task<Reply>> answer)
    {
        try
        {
            return await answer();
        }
        catch (KeyNotFoundException missing)
        {
            return Wrong(404, missing.Message);
        }
        catch (Exception wrong) when (wrong is FormatException or ArgumentException or JsonException or InvalidDataException
            or InvalidOperationException or OverflowException)
        {
            return Wrong(400, wrong.Message);
        }
    }
}
