using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Rollcall.Simulators.Http;
using Rollcall.Simulators.State;

namespace Rollcall.Simulators.Control;

/// <summary>How the control of any simulator answers: what was done, or what is wrong with a request.</summary>
internal static class ControlAnswers
{
    /// <summary>Sends the result of <paramref name="answer"/>, or an error.</summary>
    public static async Task SendAsync(HttpContext context, Func<Task<Reply>> answer)
    {
        // A form of another page can send anything but JSON; the page's own policy defines what it may load and who may frame it.
        var reply = HttpMethods.IsGet(context.Request.Method) || Doorkeeper.IsJson(context.Request)
            ? await GuardedAsync(answer)
            : Wrong(415, "A body must be application/json.");
        context.Response.Headers.ContentSecurityPolicy = PageFrame.Policy;
        context.Response.Headers.XFrameOptions = "DENY";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
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

    /// <summary>Makes sure that a request has no other parameters than these, and each once.</summary>
    /// <exception cref="FormatException">It has.</exception>
    public static void Knows(HttpContext context, params string[] names)
    {
        foreach (var (name, values) in context.Request.Query)
        {
            if (!names.Contains(name))
            {
                throw new FormatException(
                    names.Length == 0 ? $"There is no parameter {name} here." : $"There is no parameter {name} here; known are {string.Join(", ", names)}.");
            }

            if (values.Count > 1)
            {
                throw new FormatException($"{name} is there more than once.");
            }
        }
    }

    public static Reply Done(Action act)
    {
        act();
        return Reply.Json(200,
        json => {
            json.WriteStartObject();
            json.WriteBoolean("done", true);
            json.WriteEndObject();
        });
    }

    public static Reply Wrong(int status, string message) => Reply.Json(status,
    json => {
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
