using Microsoft.AspNetCore.Http;
using Rollcall.Simulators.Http;

namespace Rollcall.Simulators.Control;

internal sealed class Page(Simulation simulation)
{
    public Reply Render(IQueryCollection query) => Reply.Html($"<!doctype html><title>Simulated Dotdigital</title>{simulation.State.Books.Count} {query.Count}");
}
