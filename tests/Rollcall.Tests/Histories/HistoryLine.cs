using System.Globalization;
using System.Text.Json;

namespace Rollcall.Tests.Histories;

internal sealed partial class HistoryStage
{
    // Nothing of ours is under way: no run, and no import of a run that was cut short.
    private bool _isQuiet = true;
    private bool _disturbed;

    /// <summary>
    /// A run's connection to Dotdigital: events happen before some requests, and the model is told which opt-outs the answers show. Never disposed: the sockets
    /// below it are the stage's.
    /// </summary>
    private sealed class HistoryLine(HistoryStage stage, RunOf? step) : DelegatingHandler(stage._sockets)
    {
        private readonly List<OptOut> _feeds = [];
        private readonly List<OptOut> _looks = [];
        private int _requests;

        /// <summary>The run ended by itself: it kept what its answers showed.</summary>
        public void Read()
        {
            PlainModel.WereShown(_feeds);
            PlainModel.WereShown(_looks);
        }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var number = Interlocked.Increment(ref _requests);
            lock (stage._model)
            {
                // A page of a feed is kept before the next call; what other answers show, at the latest when the run ends.
                PlainModel.WereShown(_feeds);
                _feeds.Clear();
                foreach (var (_, happens) in step?.Meanwhile.Where(m => m.BeforeRequest == number) ?? [])
                {
                    stage._isQuiet = false;
                    stage.Do(happens);
                    stage._isQuiet = true;
                }
            }

            stage._clocks.Asked();
            try
            {
                var response = await base.SendAsync(request, cancellationToken);
                await response.Content.LoadIntoBufferAsync(cancellationToken);
                if (response.IsSuccessStatusCode && request.Method == HttpMethod.Get)
                {
                    Hear(request.RequestUri!.Segments, await response.Content.ReadAsByteArrayAsync(cancellationToken));
                }

                return response;
            }
            finally
            {
                stage._clocks.Answered();
                lock (stage._model)
                {
                    stage._model.Look(stage.Account, stage._books, stage._clocks.Theirs.GetUtcNow());
                }
            }
        }

        private void Hear(string[] path, byte[] body)
        {
            var isFeed = path.Any(p => p is "unsubscribed-since/" or "suppressed-since/");
            if (!isFeed && !(path.Length > 2 && path[1] == "contacts/" && path[2].TrimEnd('/') == "v3" && !path.Contains("import/")))
            {
                return;
            }

            using var answer = JsonDocument.Parse(body);
            lock (stage._model)
            {
                stage._model.Look(stage.Account, stage._books, stage._clocks.Theirs.GetUtcNow());
                if (isFeed)
                {
                    var at = Array.IndexOf(path, "address-books/");
                    var book = at < 0 ? (int?)null : stage._books.IndexOf(int.Parse(path[at + 1].TrimEnd('/'), CultureInfo.InvariantCulture));
                    var people = answer.RootElement.EnumerateArray().Select(r => r.GetProperty("suppressedContact").GetProperty("email").GetString()!);
                    _feeds.AddRange(people.Select(email => stage._model.Shows(email, book)).OfType<OptOut>());
                }
                else
                {
                    _looks.AddRange(Contacts(answer.RootElement).SelectMany(OptOuts).OfType<OptOut>());
                }
            }
        }

        private static IEnumerable<JsonElement> Contacts(JsonElement answer) => answer.ValueKind switch
        {
            JsonValueKind.Array => answer.EnumerateArray().SelectMany(Contacts),
            JsonValueKind.Object when answer.TryGetProperty("contactId", out _) => [answer],
            JsonValueKind.Object => answer.EnumerateObject().SelectMany(p => Contacts(p.Value)),
            _ => [],
        };

        private IEnumerable<OptOut?> OptOuts(JsonElement contact)
        {
            var email = contact.GetProperty("identifiers").GetProperty("email").GetString()!;
            if (contact.TryGetProperty("channelProperties", out var channels)
                && channels.GetProperty("email").GetProperty("status").GetString() is not ("subscribed" or "pendingOptIn"))
            {
                yield return stage._model.Shows(email, null);
            }

            foreach (var list in contact.TryGetProperty("lists", out var lists) ? lists.EnumerateArray() : [])
            {
                if (list.GetProperty("status").GetString() == "suppressed" && stage._books.IndexOf(list.GetProperty("id").GetInt32()) is >= 0 and var book)
                {
                    yield return stage._model.Shows(email, book);
                }
            }
        }
    }
}
