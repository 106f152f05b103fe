using System.CommandLine;

namespace Rollcall.Cli.Commands;

/// <summary>What may be asked of one run, the same for <c>run</c>, <c>plan</c> and <c>retry</c>.</summary>
internal sealed class RunArguments
{
    private const string AsOwn = "own";

    private static readonly string[] _guards = ["exits", "enters", "mails", "moves", "empty", "rejects", "missing", "deleted", "optouts", "watchdog"];

    private readonly Option<string[]> _allow = new("--allow")
    {
        Description = "Let a guard pass, this once: " + string.Join(", ", _guards) + "; may be repeated",
        HelpName = "GUARD",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string[]> _only = new("--only")
    {
        Description = "A pilot: only this member enters and is updated, and nobody exits; may be repeated",
        HelpName = "EMAIL",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<long?> _limit = new("--limit") { Description = "A pilot: only so many members enter and are updated, and nobody exits", HelpName = "N" };

    private readonly Option<string?> _adopt = new("--adopt")
    {
        Description = "Take people already in the mapped books into the ledger, as already there; --adopt=own: as this job's, whom exits take out",
        HelpName = "[=own]",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string[]> _release = new("--release")
    {
        Description = "Let the members go of a book, or an audience, that was taken out of the job; may be repeated",
        HelpName = "BOOK",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<bool> _verify = new("--verify") { Description = "Read the mapped books to their end, whatever verify_every says" };

    private readonly Option<bool> _now = new("--now") { Description = "Run in the job's quiet hours as well" };

    public RunArguments()
    {
        _allow.AcceptOnlyFromAmong(_guards);
        _adopt.AcceptOnlyFromAmong(AsOwn);
        _limit.Validators.Add(one =>
        {
            if (one.Tokens.Count > 0 && long.TryParse(one.Tokens[0].Value, out var number) && number < 1)
            {
                one.AddError("--limit takes a number above 0.");
            }
        });
    }

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _allow, _only, _limit, _adopt, _release, _verify, _now })
        {
            command.Options.Add(option);
        }
    }

    public RunOptions Read(ParseResult arguments) => new()
    {
        Allow = arguments.GetRequiredValue(_allow).ToHashSet(),
        Only = arguments.GetRequiredValue(_only),
        Limit = arguments.GetValue(_limit),
        Adopt = arguments.GetResult(_adopt) is null ? null : arguments.GetValue(_adopt) == AsOwn ? AdoptAs.Own : AdoptAs.AlreadyThere,
        Release = arguments.GetRequiredValue(_release),
        Verify = arguments.GetValue(_verify),
        Now = arguments.GetValue(_now),
    };
}
