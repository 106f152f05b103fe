using System.Globalization;
using Rollcall.Bench;

// Each measurement is a process of its own, so that its peak memory is its own. `all` starts them in turn.
switch (args)
{
    case ["serve", var port]:
        return await DiscardingServer.RunAsync(int.Parse(port, CultureInfo.InvariantCulture));
    case ["data", var members, var folder]:
        BenchData.Write(Members(members), folder);
        return 0;
    case ["compare", var members, var folder]:
        return await CompareBench.RunAsync(Members(members), folder);
    case ["export", var members, var folder]:
        return await ExportBench.RunAsync(Members(members), folder);
    case ["again", var members, var folder]:
        return await AgainBench.RunAsync(Members(members), folder);
    case ["direct", var folder]:
        return await DirectBench.RunAsync(folder);
    case ["lytics", var folder]:
        return await LyticsBench.RunAsync(folder);
    case ["all", .. var sizes] when sizes.Length > 0:
        return sizes.Select(Members).Select(Suite.Run).ToList().TrueForAll(met => met) ? 0 : Measure.MissedCode;
    case ["small", var folder]:
        return await SmallBench.RunAsync(folder);
    default:
        Console.Error.WriteLine(
            "Usage: all MEMBERS... | data MEMBERS FOLDER | compare MEMBERS FOLDER | export MEMBERS FOLDER | again MEMBERS FOLDER"
            + " | small FOLDER | direct FOLDER | lytics FOLDER");
        return 2;
}

static long Members(string text) => long.Parse(text.Replace("_", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
