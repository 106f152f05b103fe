using Microsoft.AspNetCore.Http;
using Rollcall.Model;
using Rollcall.Service.Access;

namespace Rollcall.Service.Api;

/// <summary>Results with addresses, for callers who see people and for those who do not.</summary>
internal static class People
{
    /// <summary>A result as an answer; without the right to see people its addresses are masked, also within texts.</summary>
    public static IResult Answer(RunResult result, Caller caller) =>
        Results.Json(Shown(result, caller), ResultJson.Options);

    /// <summary>A result as its caller may see it.</summary>
    public static RunResult Shown(RunResult result, Caller caller) => caller.SeesPeople ? result : Masked(result);

    private static RunResult Masked(RunResult result) => result with
    {
        Failures = [.. result.Failures.Select(one => one with { Email = EmailMask.Mask(one.Email), Reason = MaskedText.Of(one.Reason) })],
        Changes = result.Changes is null ? null : [.. result.Changes.Select(one => one with { Email = EmailMask.Mask(one.Email) })],
        Notices = [.. result.Notices.Select(MaskedText.Of)],
        Findings = [.. result.Findings.Select(one => one.WithTexts(MaskedText.Of))],
        FailuresFile = null,
    };
}
