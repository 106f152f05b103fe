using Microsoft.AspNetCore.Http;
using Rollcall.Model;

namespace Rollcall.Service.Access;

/// <summary>Who a request is from: a user who signed in, or a token.</summary>
/// <param name="Name">The user's email, or the token's name.</param>
/// <param name="Role">What they may do in general.</param>
/// <param name="SeesPeople">Whether they see addresses; others see them masked.</param>
/// <param name="ChangesConsent">
/// Whether they may set <c>resubscribe*</c>, <c>exit_action: unsubscribe</c>, <c>recreate_deleted</c> and <c>exit_existing</c>, and pass a guard.
/// </param>
public sealed record Caller(string Name, Role Role, bool SeesPeople, bool ChangesConsent)
{
    /// <summary>The caller of a request that passed the table of rights.</summary>
    /// <exception cref="InvalidOperationException">The endpoint is open to everybody: it has no caller.</exception>
    public static Caller Of(HttpContext context) =>
        context.Features.Get<Caller>() ?? throw new InvalidOperationException("An endpoint without a caller asked for one.");
}
