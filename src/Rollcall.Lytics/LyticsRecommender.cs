using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Running;

namespace Rollcall.Lytics;

/// <summary>
/// Recommendations of Lytics: one call per person, with the concurrency of <see cref="ScanPace"/>. A person whose calls fail is a failure. When
/// many failed in a row, or the token is not accepted, no more people are requested by this instance.
/// </summary>
internal sealed class LyticsRecommender(LyticsClient client, LyticsAccess access, ExportConfig config) : IRecommender
{
    private const string Where = "config.collection_id";

    /// <summary>The answer for a person without recommendations.</summary>
    private const string Nothing = "[]";

    /// <summary>Answers that wait for the reader.</summary>
    private const int AnswersBetween = 64;

    private readonly string _collection = config.CollectionId ?? throw new ArgumentException("The job has no content collection.", nameof(config));
    private readonly ScanPace _pace = new();
    private readonly Lock _sync = new();
    private readonly CancellationTokenSource _end = new();
    private long _answered;
    private int _failedInARow;
    private string? _ended;

    public async Task<IReadOnlyList<Problem>> CheckAsync(CancellationToken cancellation)
    {
        try
        {
            var all = await client.CollectionsAsync(cancellation);
            var known = all.FirstOrDefault(one => one.Id == _collection || one.SlugName == _collection)
                ?? await client.AudienceAsync(_collection, cancellation);
            var todo = known?.Id is null
                ? Suggestion.For(_collection, all.Select(one => one.SlugName ?? one.Id).OfType<string>())
                : known.Invalid == true
                ? "Fix its definition in Lytics."
                : null;
            return Wrong(known) is { } wrong ? [new Problem(wrong, Where, todo)] : [];
        }
        catch (LyticsException e)
        {
            throw new RollcallException(ExitCode.Source, e.Message, access.ToString(), e.Todo, e);
        }
    }

    public async IAsyncEnumerable<Recommended> RecommendAsync(IReadOnlyList<string> emails, int most, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var answers = Channel.CreateBounded<Recommended>(new BoundedChannelOptions(AnswersBetween) { SingleReader = true });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var asking = AskAsync(emails, most, answers.Writer, stop.Token);
        try
        {
            await foreach (var answer in answers.Reader.ReadAllAsync(cancellation))
            {
                yield return answer;
            }

            await asking;
        }
        finally
        {
            // When the reader stops, the requests stop.
            await stop.CancelAsync();
            await asking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public ValueTask DisposeAsync()
    {
        client.Dispose();
        _pace.Dispose();
        _end.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Why it cannot be used for recommendations; null when it can.</summary>
    private static string? Wrong(WireAudience? known) => known switch
    {
        { Id: null } or null => "The content collection was not found in Lytics.",
        { Invalid: true } => "The content collection is invalid in Lytics and is not evaluated.",
        { Table: "user" } => "It is an audience of people, not a collection of content.",
        { Table: not ("content" or null) } => $"It is a collection of {known.Table}, not of content.",
        _ => null,
    };

    private async Task AskAsync(IReadOnlyList<string> emails, int most, ChannelWriter<Recommended> answers, CancellationToken cancellation)
    {
        try
        {
            var id = await IdAsync(cancellation).ConfigureAwait(false);
            var without = new ConcurrentQueue<Recommended>();
            await Parallel.ForEachAsync(
                Enumerable.Range(0, emails.Count),
                new ParallelOptions { MaxDegreeOfParallelism = LyticsLimits.MostAtOnce, CancellationToken = cancellation },
                async (person, token) =>
                {
                    var answer = await AskAsync(person, emails[person], id, most, token).ConfigureAwait(false);
                    if (answer.Items == Nothing)
                    {
                        without.Enqueue(answer);
                        return;
                    }

                    await answers.WriteAsync(answer, token).ConfigureAwait(false);
                }).ConfigureAwait(false);
            if (!without.IsEmpty)
            {
                // If the collection is deleted during the requests, people appear to have no recommendations.
                var failure = await IdAsync(cancellation).ConfigureAwait(false) == id
                    ? null
                    : Ended() ?? "The content collection was deleted and created again meanwhile.";
                foreach (var answer in without)
                {
                    await answers.WriteAsync(failure is null ? answer : answer with { Items = null, Failure = failure }, cancellation).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            // The reader always reaches the end, and then gets the result.
            answers.Complete();
        }
    }

    private async Task<Recommended> AskAsync(int person, string email, string id, int most, CancellationToken cancellation)
    {
        if (Ended() is { } why)
        {
            return new Recommended(person, null, why);
        }

        var before = Answered();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_end.Token, cancellation);
        try
        {
            var items = await client.RecommendAsync(config.EmailField, email, id, most, _pace, either.Token).ConfigureAwait(false);
            lock (_sync)
            {
                (_answered, _failedInARow) = (_answered + 1, 0);
            }

            return new Recommended(person, items ?? Nothing, null);
        }
        catch (LyticsException e)
        {
            if (Failed(e, before) is { } words)
            {
                await EndAsync(words).ConfigureAwait(false);
            }

            return new Recommended(person, null, e.Message);
        }
        catch (OperationCanceledException) when (Ended() is not null && !cancellation.IsCancellationRequested)
        {
            return new Recommended(person, null, Ended());
        }
    }

    /// <summary>
    /// The collection's id; empty when it cannot be used. Requested before people are, and again before a person is recorded as having no recommendations,
    /// because the answer is the same for a deleted collection and for an unknown person.
    /// </summary>
    private async Task<string> IdAsync(CancellationToken cancellation)
    {
        if (Ended() is not null)
        {
            return "";
        }

        try
        {
            var known = await client.AudienceAsync(_collection, cancellation).ConfigureAwait(false);
            if (Wrong(known) is not { } wrong)
            {
                return known!.Id!;
            }

            await EndAsync(wrong).ConfigureAwait(false);
        }
        catch (LyticsException e)
        {
            await EndAsync($"{e.Message} {e.Todo}").ConfigureAwait(false);
        }

        return "";
    }

    /// <summary>Why this failure stops further requests; null when it does not.</summary>
    /// <param name="before">The number of answers when this person was first requested: a later answer shows that Lytics works.</param>
    private string? Failed(LyticsException e, long before)
    {
        if (e.Failure == LyticsFailure.Forbidden)
        {
            return $"{e.Message} {e.Todo}";
        }

        lock (_sync)
        {
            return _answered > before || ++_failedInARow < LyticsLimits.FailuresInARow
                ? null
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"No more people are requested, because the recommendations of {LyticsLimits.FailuresInARow} people in a row failed. The last error: "
                        + $"{e.Message}");
        }
    }

    private long Answered()
    {
        lock (_sync)
        {
            return _answered;
        }
    }

    private string? Ended()
    {
        lock (_sync)
        {
            return _ended;
        }
    }

    private Task EndAsync(string why)
    {
        lock (_sync)
        {
            _ended ??= why;
        }

        return _end.CancelAsync();
    }
}
