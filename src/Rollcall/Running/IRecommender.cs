using Rollcall.Model;

namespace Rollcall.Running;

/// <summary>
/// Recommends content of the job's collection to people, where a platform answers for one person at a time. Let exceptions out: only what the
/// platform understands becomes a <see cref="RollcallException"/> with exit code 3.
/// </summary>
public interface IRecommender : IAsyncDisposable
{
    /// <summary>What is wrong with the collection, and why it cannot be asked; empty when it can.</summary>
    Task<IReadOnlyList<Problem>> CheckAsync(CancellationToken cancellation);

    /// <summary>
    /// Asks for several people side by side, as many at once as the platform takes. Every one of them gets an answer, in any order: somebody without
    /// recommendations an empty one, somebody who could not be asked about a failure, and so does everybody where the collection is gone.
    /// </summary>
    /// <param name="emails">The people's addresses.</param>
    /// <param name="most">How many recommendations are wanted of each, from 1.</param>
    IAsyncEnumerable<Recommended> RecommendAsync(IReadOnlyList<string> emails, int most, CancellationToken cancellation);
}

/// <summary>What is recommended to a person. Either <see cref="Items"/> or <see cref="Failure"/> is set.</summary>
/// <param name="Person">The person's position in what was asked.</param>
/// <param name="Items">A JSON array of objects, the best first; <c>[]</c> for none.</param>
/// <param name="Failure">Why there is no answer, in words without the address.</param>
public sealed record Recommended(int Person, string? Items, string? Failure);
