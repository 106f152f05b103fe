using System.Threading.Channels;
using Rollcall.Dotdigital;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Store;

namespace Rollcall.Delivering;

/// <summary>
/// Sends calls of one person each, as many at a time as the account's rate allows, in bursts: a manifest and a journal entry a burst, a row in the
/// journal before each call and its answer after it. Who was not answered is read back; who opted out before a burst is left out of it.
/// </summary>
internal sealed class DirectCalls(RunContext run, Settlement settlement, SettledDeliveries settled, LateOptOuts lateOptOuts)
{
    /// <summary>Calls under way at once: at 200 ms a call, some 10,000 a minute.</summary>
    public const int InFlight = 32;

    /// <summary>Most people of a burst, and so of a manifest.</summary>
    public const int MostInBurst = 500;

    // Intents are committed a few at a time, just ahead of their calls: a commit costs a flush of the disk.
    private const int IntentsAtOnce = 8;
    private const int FailuresToGiveUp = 20;

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private int _failuresInARow;

    /// <summary>Whether so many calls failed in a row that the rest is left to the next run.</summary>
    public bool GaveUp { get; private set; }

    /// <summary>Calls everyone of a relation, once.</summary>
    /// <param name="kind">Add, unsubscribe or resubscribe.</param>
    /// <param name="book">The book.</param>
    /// <param name="people">
    /// The relation, read again before each burst: <c>kh, member_key, book_id, operation, email, profile_key, contact_id, origin, audience, fields_hash,
    /// known_code, fields</c>, a row a person, without those that <see cref="LateOptOuts"/> found where the kind must leave them out.
    /// </param>
    /// <param name="causesMail">Whether a call may mail the person.</param>
    /// <param name="progress">The step's word, such as <c>add</c>.</param>
    /// <param name="call">Makes the call. Gives null when its answer does not tell what became of the person: they are read back. Lets failures that are
    /// not of the person out.</param>
    /// <param name="answering">The opt-outs that the calls answer, if they do.</param>
    /// <param name="beforeEach">What is done before each burst is read from the relation.</param>
    public async Task SendAsync(DeliveryKind kind, RunBook book, string people, bool causesMail, string progress,
        Func<DirectPerson, CancellationToken, Task<DirectAnswer?>> call, CancellationToken cancellation, AnsweringCalls? answering = null,
        Action? beforeEach = null)
    {
        run.Db.Execute("CREATE OR REPLACE TABLE direct_done(kh UBIGINT, member_key VARCHAR)");
        var remaining = $"(SELECT p.* FROM {people} p ANTI JOIN direct_done d ON d.kh = p.kh AND d.member_key = p.member_key)";
        var total = run.Db.Number($"SELECT count(*) FROM {people}");
        var sent = 0L;
        while (!GaveUp)
        {
            cancellation.ThrowIfCancellationRequested();
            await lateOptOuts.LookAgainAsync(cancellation);
            beforeEach?.Invoke();
            run.Db.Execute($"CREATE OR REPLACE TABLE burst AS SELECT * FROM {remaining} ORDER BY kh, member_key LIMIT {BurstSize()}");
            var persons = run.Db.Query($"SELECT {DirectPerson.Columns} FROM burst ORDER BY kh, member_key", DirectPerson.Of);
            if (persons.Count == 0)
            {
                return;
            }

            var manifest = run.PublishManifest("SELECT * EXCLUDE (fields) FROM burst");
            var delivery = run.Journal.Prepare(run.RunId, kind, [book.Id!.Value], manifest, persons.Count, 0, lateOptOuts.SeenNo, causesMail);
            var (end, failure) = await SendBurstAsync(delivery, persons, call, answering, cancellation);
            await settlement.SettleDirectAsync(delivery, cancellation);
            run.Db.Execute("INSERT INTO direct_done SELECT b.kh, b.member_key FROM burst b JOIN direct_row d ON d.member_key = b.member_key");
            sent += persons.Count;
            run.Progress?.Report(new RunProgress(progress, sent, total, "members"));
            if (failure is not null)
            {
                throw failure;
            }

            if (end is not null)
            {
                RecordRest(remaining, end);
                return;
            }

            // Imports sent before go on being settled while the calls last.
            await settlement.PollAsync(cancellation);
        }
    }

    private void Answer(long delivery, IReadOnlyList<(string, DirectAnswer)> answers) => run.Journal.Answer(delivery, answers);

    /// <summary>A burst lasts about a minute, so that opt-outs are looked at again between bursts whatever the account's rate.</summary>
    private int BurstSize() => run.Client.Governor.LimitOf(CallTier.Medium) is { } limit
        ? (int)Math.Clamp(limit * run.Job.BudgetShare, IntentsAtOnce, MostInBurst)
        : 100;

    private async Task<(DirectAnswer? End, DotdigitalException? Failure)> SendBurstAsync(Delivery delivery, List<DirectPerson> persons,
        Func<DirectPerson, CancellationToken, Task<DirectAnswer?>> call, AnsweringCalls? answering, CancellationToken cancellation)
    {
        // Interrupted, no call is begun, and those under way get a moment to be answered.
        using var hurry = new CancellationTokenSource(Timeout.InfiniteTimeSpan, run.Clock);
        await using var interrupted = cancellation.Register(() => hurry.CancelAfter(Grace));
        var burst = new Burst(this, delivery, call, hurry);
        var committing = burst.CommitAnswersAsync();
        var workers = Enumerable.Range(0, Math.Min(InFlight, persons.Count)).Select(_ => burst.WorkAsync()).ToList();
        try
        {
            foreach (var group in persons.Chunk(IntentsAtOnce))
            {
                await burst.RoomAsync();
                if (burst.Ended || GaveUp || cancellation.IsCancellationRequested)
                {
                    break;
                }

                string[] keys = [.. group.Select(p => p.MemberKey)];
                var elsewhere = run.Journal.Intend(delivery.Id, keys, answering?.Answers(keys));
                answering?.LeaveOut(elsewhere);
                await burst.BeginAsync(group.Where(p => !elsewhere.Contains(p.MemberKey)));
            }
        }
        catch when (!cancellation.IsCancellationRequested)
        {
            await hurry.CancelAsync();
            throw;
        }
        finally
        {
            burst.Close();
            await Task.WhenAll(workers);
            burst.CloseAnswers();
            await committing;
        }

        burst.ThrowIfBroken();
        cancellation.ThrowIfCancellationRequested();
        if (GaveUp)
        {
            run.Report(Findings.SingleCallsGivenUp(FailuresToGiveUp, burst.LastFailure));
        }

        return (burst.End, burst.Refusal);
    }

    /// <summary>Says of everyone not called what Dotdigital said of the book.</summary>
    private void RecordRest(string remaining, DirectAnswer end)
    {
        run.Report(end.EndsBook!);
        settled.RecordLocal($"""
            SELECT kh, member_key, book_id, operation, email, profile_key, contact_id, {SqlText.Literal(end.State)} AS state, origin, audience,
                   NULL::UBIGINT AS fields_hash,
                   {SqlText.Literal(end.Outcome)} AS outcome, {SqlText.Literal(end.Code)} AS code, {SqlText.Literal(end.Reason)} AS reason,
                   {run.Now} AS told_at, NULL::VARCHAR AS account_status, NULL::VARCHAR AS book_status
            FROM {remaining}
            """);
    }

    /// <summary>One burst under way: workers that call, and one that commits their answers, several at a time when the disk is slower than they.</summary>
    private sealed class Burst(DirectCalls calls, Delivery delivery, Func<DirectPerson, CancellationToken, Task<DirectAnswer?>> call,
        CancellationTokenSource hurry)
    {
        private readonly Channel<DirectPerson> _begun = Channel.CreateBounded<DirectPerson>(IntentsAtOnce);
        private readonly Channel<(string, DirectAnswer)> _answers =
            Channel.CreateUnbounded<(string, DirectAnswer)>(new UnboundedChannelOptions { SingleReader = true });
        private Exception? _broken;

        public DirectAnswer? End { get; private set; }

        public DotdigitalException? Refusal { get; private set; }

        public string? LastFailure { get; private set; }

        public bool Ended => End is not null || Refusal is not null || _broken is not null;

        public async ValueTask RoomAsync() => await _begun.Writer.WaitToWriteAsync();

        public async Task BeginAsync(IEnumerable<DirectPerson> group)
        {
            foreach (var person in group)
            {
                await _begun.Writer.WriteAsync(person);
            }
        }

        public void Close() => _begun.Writer.TryComplete();

        public void CloseAnswers() => _answers.Writer.TryComplete();

        public void ThrowIfBroken()
        {
            if (_broken is not null)
            {
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(_broken);
            }
        }

        public async Task WorkAsync()
        {
            await foreach (var person in _begun.Reader.ReadAllAsync())
            {
                if (End is { } end)
                {
                    _answers.Writer.TryWrite((person.MemberKey, end));
                }
                else if (_broken is null && !hurry.IsCancellationRequested)
                {
                    await CallAsync(person);
                }

                // What is journalled and was not called is taken for unanswered, and looked up.
            }
        }

        public async Task CommitAnswersAsync()
        {
            while (await _answers.Reader.WaitToReadAsync())
            {
                List<(string, DirectAnswer)> together = [];
                while (_answers.Reader.TryRead(out var answer))
                {
                    together.Add(answer);
                }

                if (_broken is not (null or DotdigitalException))
                {
                    continue;
                }

                try
                {
                    calls.Answer(delivery.Id, together);
                }
                catch (Exception e)
                {
                    await BreakAsync(e);
                }
            }
        }

        private async Task CallAsync(DirectPerson person)
        {
            try
            {
                if (await call(person, hurry.Token) is { } answer)
                {
                    End = answer.EndsBook is null ? End : answer;
                    _answers.Writer.TryWrite((person.MemberKey, answer));
                }

                calls._failuresInARow = 0;
            }
            catch (DotdigitalException e) when (e.Kind == FailureKind.Ambiguous)
            {
                Failed(e);
            }
            catch (DotdigitalException e) when (e.Kind == FailureKind.Boundless)
            {
                // Whatever was done: the calls stay unanswered, and the next run looks their people up.
                await BreakAsync(e);
            }
            catch (DotdigitalException e)
            {
                // Nothing happened.
                _answers.Writer.TryWrite((person.MemberKey,
                    new DirectAnswer("Failed", delivery.Kind == DeliveryKind.Add ? "failed" : null, e.ErrorCode ?? "Refused", e.Message)));
                if (e.Kind == FailureKind.Configuration)
                {
                    Refusal = e;
                }
                else
                {
                    Failed(e);
                }
            }
            catch (OperationCanceledException) when (hurry.IsCancellationRequested)
            {
                // Without an answer: looked up by the next run.
                LastFailure = "Interrupted.";
            }
            catch (Exception e)
            {
                await BreakAsync(e);
            }
        }

        private void Failed(DotdigitalException e)
        {
            LastFailure = e.Message;
            calls.GaveUp |= Interlocked.Increment(ref calls._failuresInARow) >= FailuresToGiveUp;
        }

        private async Task BreakAsync(Exception e)
        {
            _broken ??= e;
            await hurry.CancelAsync();
        }
    }
}
