using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.RegularExpressions;

namespace Rollcall.Dotdigital;

/// <summary>Converts failures to a <see cref="DotdigitalException"/> with a message for users, and classifies them in one place.</summary>
internal static partial class Failures
{
    private const int ShownText = 300;

    /// <summary>An answer that is not a success.</summary>
    public static DotdigitalException OfAnswer(DotdigitalRequest request, Uri endpoint, HttpStatusCode code, RateHeaders headers, ReadOnlySpan<byte> body)
    {
        var error = ErrorBody.Read(body);
        var (cause, kind) = Classify(request, code, error);
        return new DotdigitalException(kind, request.Operation, Words(request, endpoint, code, kind, cause, error))
        {
            Status = (int)code,
            ErrorCode = error.Code,
            Details = error.Details,
            Cause = cause,
            RetryAfter = headers.RetryAfter,
        };
    }

    /// <summary>A request without an answer.</summary>
    public static DotdigitalException OfNetwork(DotdigitalRequest request, Uri endpoint, HttpRequestException exception)
    {
        var host = endpoint.Authority;
        if (exception.HttpRequestError == HttpRequestError.SecureConnectionError || exception.InnerException is AuthenticationException)
        {
            return new DotdigitalException(
                FailureKind.Configuration,
                request.Operation,
                $"No secure connection to {host}: its certificate was not accepted. Check the endpoint, this machine's clock, and whether a proxy "
                    + "intercepts TLS.",
                exception)
            {
                Cause = FailureCause.NotSent,
            };
        }

        if (exception.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.ProxyTunnelError
            || exception.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused or SocketError.HostNotFound
                or SocketError.HostUnreachable or SocketError.NetworkUnreachable })
        {
            return new DotdigitalException(
                FailureKind.Transient,
                request.Operation,
                $"{host} cannot be reached. Check the network, the proxy, and the endpoint's name.",
                exception)
            {
                Cause = FailureCause.NotSent,
            };
        }

        return Unanswered(request, FailureCause.Dropped, $"The connection to {host} was lost before an answer arrived.", exception);
    }

    /// <summary>A truncated answer, or a connection that was lost at an unknown moment.</summary>
    public static DotdigitalException OfBrokenBody(DotdigitalRequest request, Uri endpoint, Exception exception) =>
        Unanswered(request, FailureCause.Dropped, $"The connection to {endpoint.Authority} was lost in the middle of an answer.", exception);

    /// <summary>An attempt that made no progress for too long.</summary>
    public static DotdigitalException OfTimeout(DotdigitalRequest request, Uri endpoint, Exception exception) =>
        Unanswered(
            request, FailureCause.TimedOut,
            $"{endpoint.Authority} did not answer {request.Operation} within {DotdigitalLimits.Timeout.TotalSeconds:0} seconds.", exception);

    /// <summary>A success whose body does not match the specification.</summary>
    public static DotdigitalException OfUnreadable(DotdigitalRequest request, Uri endpoint, HttpStatusCode code, Exception? exception = null)
    {
        var ambiguous = request.Safety == RequestSafety.Once;
        return new DotdigitalException(
            ambiguous ? FailureKind.Ambiguous : FailureKind.Transient,
            request.Operation,
            $"{endpoint.Authority} answered {request.Operation} ({(int)code}) with a body that does not match Dotdigital's specification." + Unknown(ambiguous),
            exception)
        {
            Status = (int)code,
            Cause = FailureCause.Unreadable,
        };
    }

    /// <summary>An answer that is longer, deeper or slower than its operation allows.</summary>
    /// <param name="what">The exceeded limit, as the end of a sentence.</param>
    public static DotdigitalException OfBoundless(DotdigitalRequest request, Uri endpoint, string what, Exception exception) =>
        new(
            FailureKind.Boundless,
            request.Operation,
            $"The answer of {endpoint.Authority} to {request.Operation} exceeds the limits of this operation: {what}." + Unknown(
                request.Safety == RequestSafety.Once),
            exception)
        {
            Cause = FailureCause.Boundless,
        };

    /// <summary>An endpoint that the password must not be sent to.</summary>
    public static DotdigitalException OfEndpoint(string operation, Uri endpoint, string why, Uri? leadBy) =>
        new(
            FailureKind.Configuration,
            operation,
            (leadBy is null ? "The password is not sent to " : $"{leadBy.Authority} named another endpoint, but the password is not sent to ")
            + $"{endpoint.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped)}: {why}. Passwords go only to https://*.dotdigital.com, and "
                + "to this machine when the endpoint is on it.");

    private static DotdigitalException Unanswered(DotdigitalRequest request, FailureCause cause, string message, Exception exception)
    {
        var ambiguous = request.Safety == RequestSafety.Once;
        return new DotdigitalException(ambiguous ? FailureKind.Ambiguous : FailureKind.Transient, request.Operation, message + Unknown(ambiguous), exception)
        {
            Cause = cause,
        };
    }

    private static string Unknown(bool ambiguous) => ambiguous ? " It is not known whether the request was applied." : "";

    private static (FailureCause Cause, FailureKind Kind) Classify(DotdigitalRequest request, HttpStatusCode status, ErrorBody error)
    {
        var code = (int)status;
        if (error.Is("contacts:tooManyActiveImports") || error.Is("ERROR_IMPORT_TOOMANYACTIVEIMPORTS"))
        {
            return (FailureCause.ActiveImports, FailureKind.Transient);
        }

        if (code == 429)
        {
            return (FailureCause.TierLimit, FailureKind.Transient);
        }

        if (code is >= 400 and < 500 && (error.Is("ERROR_APIUSAGE_EXCEEDED") || error.Text.Contains("excess API activity", StringComparison.OrdinalIgnoreCase)))
        {
            return (FailureCause.FlatLimit, FailureKind.Transient);
        }

        if (code is >= 500 or 408)
        {
            return (FailureCause.Answer, request.Safety == RequestSafety.Once ? FailureKind.Ambiguous : FailureKind.Transient);
        }

        if (error.Is("ERROR_ADDRESSBOOK_IN_USE") || error.Is("ERROR_SYSTEM_SERVICETEMPORARILYUNAVAILABLE"))
        {
            return (FailureCause.Busy, FailureKind.Transient);
        }

        var configuration = code is 401 or 403 or (>= 300 and < 400)
            || error.Is("ERROR_INVALID_LOGIN") || error.Is("ERROR_APIUSER_INVALID") || error.Is("ERROR_ACCOUNT_INVALID")
            || error.Is("ERROR_UNKNOWN_ACCOUNT") || error.Is("ERROR_USERACCOUNT_UNKNOWN") || error.Is("ERROR_CANNOT_PERFORM_OPERATION_ON_ACCOUNT")
            || error.Is("ERROR_FEATURENOTACTIVE");
        return (FailureCause.Answer, configuration ? FailureKind.Configuration : FailureKind.Permanent);
    }

    private static string Words(DotdigitalRequest request, Uri endpoint, HttpStatusCode status, FailureKind kind, FailureCause cause, ErrorBody error)
    {
        var host = endpoint.Authority;
        var said = Said(error);
        return (int)status switch
        {
            _ when cause == FailureCause.ActiveImports => $"The account has {DotdigitalLimits.ActiveImports} active imports, which is the maximum.",
            _ when cause == FailureCause.TierLimit => "The account's calls of this minute are used up." + said,
            _ when cause == FailureCause.FlatLimit =>
                "The account's calls of this hour are used up. An API user with tiered rate limiting has more: Settings > Access > API users in Dotdigital.",
            _ when cause == FailureCause.Busy => "Dotdigital is busy; try again later." + said,
            401 => $"{host} did not accept the API user's name or password. Check them in Dotdigital under Settings > Access > API users: it must be an "
                + "enabled API user, not a person's login." + said,
            _ when error.Is("ERROR_INVALID_LOGIN") || error.Is("ERROR_APIUSER_INVALID") =>
                $"{host} did not accept the API user's name or password, or the account is disabled. Check them in Dotdigital under Settings > Access > "
                    + "API users." + said,
            403 when request.Operation == "account.info" =>
                $"{host} refuses this account (403): it belongs to another region, or the API user has no permission to use the API. Omit the endpoint so "
                    + "that it is detected, or check the API user's permissions." + said,
            403 => $"{host} refuses {request.Operation} (403): the API user has no permission for it, or the account belongs to another region. Check the "
                + "API user under Settings > Access > API users." + said,
            >= 300 and < 400 => $"{host} answered {request.Operation} with a redirect ({(int)status}), which is not followed. Check the endpoint.",
            >= 500 => $"{host} failed on {request.Operation} ({(int)status})." + said + Unknown(kind == FailureKind.Ambiguous),
            413 => $"{host} refused the body of {request.Operation} as too large (413)." + said,
            _ => $"{host} refused {request.Operation} ({(int)status})." + said,
        };
    }

    /// <summary>Dotdigital's message, without anything that looks like an email address.</summary>
    private static string Said(ErrorBody error)
    {
        var text = Address().Replace(error.Text, "(address)").ReplaceLineEndings(" ").Trim();
        if (text.Length > ShownText)
        {
            text = text[..ShownText] + "...";
        }

        return (error.Code, text) switch
        {
            (null, "") => "",
            (null, _) => $" It said: {text}",
            ({ } code, "") => $" Its code: {code}.",
            ({ } code, _) when text.Contains(code, StringComparison.Ordinal) => $" It said: {text}",
            ({ } code, _) => $" It said: {code}: {text}",
        };
    }

    [GeneratedRegex(@"[^\s'""<>,;:]+@[^\s'""<>,;]+")]
    private static partial Regex Address();
}
