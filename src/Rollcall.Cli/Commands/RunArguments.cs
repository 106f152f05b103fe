using System.CommandLine;
using Rollcall.Model;

namespace Rollcall.Cli.Commands;

/// <summary>The options of one run, shared by <c>run</c>, <c>plan</c> and <c>retry</c>.</summary>
internal sealed class RunArguments
{
    private const string AsOwn = "own";

    private static readonly string[] _guards = ["exits", "enters", "mails", "moves", "empty", "rejects", "missing", "deleted", "optouts", "watchdog"];

    private readonly Option<string[]> _allow = new("--allow")
    {
        Description = "Override a guard, once: " + string.Join(", ", _guards) + "; can be repeated",
        HelpName = "GUARD",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string[]> _only = new("--only")
    {
        Description = "A pilot: enter or update only this member, without exits; can be repeated",
        HelpName = "EMAIL",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<long?> _limit = new("--limit") { Description = "A pilot: enter or update only N members, without exits", HelpName = "N" };

    private readonly Option<string?> _adopt = new("--adopt")
    {
        Description = "Add people already in the mapped books to the ledger, as already there; --adopt=own: as this job's own, so that exits remove them",
        HelpName = "[=own]",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string[]> _release = new("--release")
    {
        Description = "Exit the members of a book or an audience that was removed from the job; can be repeated",
        HelpName = "BOOK",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<bool> _verify = new("--verify") { Description = "Read the mapped books completely, whatever verify_every says" };

    private readonly Option<bool> _now = new("--now") { Description = "Run even in the job's quiet hours" };

    public RunArguments()
    {
        _allow.AcceptOnlyFromAmong(_guards);
        _adopt.AcceptOnlyFromAmong(AsOwn);
        _limit.Validators.Add(one =>
        {
            if (one.Tokens.Count > 0 && long.TryParse(one.Tokens[0].Value, out var number) && number < 1)
            {
                one.AddError("--limit takes a number greater than 0.");
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
