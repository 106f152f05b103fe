namespace Rollcall.Model;

/// <summary>How far a run is.</summary>
/// <param name="Step">The step, such as <c>read big_spenders</c>.</param>
/// <param name="Done">Done so far.</param>
/// <param name="Total">All of it; null when unknown.</param>
/// <param name="Unit">What is counted: rows, members, pages, imports.</param>
public sealed record RunProgress(string Step, long Done, long? Total, string Unit);
