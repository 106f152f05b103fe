using System.Text;

namespace Rollcall.Jobs;

/// <summary>Reads job files, YAML or JSON. Whatever is wrong with one is told at once, each with its line and column.</summary>
public static class JobFile
{
    /// <summary>Reads a job file.</summary>
    /// <param name="path">The file. Relative paths in it start where it lies.</param>
    /// <param name="environment">The value of an environment variable; null for one that is not set.</param>
    /// <exception cref="RollcallException">Exit 2, with every problem of the file.</exception>
    public static Job Read(string path, Func<string, string?> environment)
    {
        var name = Path.GetFileName(path);
        if (Directory.Exists(path))
        {
            throw new RollcallException(ExitCode.BadJob, "is a folder, not a job file.", name);
        }

        try
        {
            if (new FileInfo(path).Length > 4L * JobSyntax.MaxLength)
            {
                throw new RollcallException(ExitCode.BadJob, "is too large for a job file.", name, "Is it the data?");
            }

            return Parse(new UTF8Encoding(false, true).GetString(File.ReadAllBytes(path)), path, environment);
        }
        catch (FileNotFoundException inner)
        {
            throw new RollcallException(ExitCode.BadJob, "there is no such file.", path, "rollcall init writes a job file to begin with.", inner);
        }
        catch (Exception inner) when (inner is UnauthorizedAccessException or IOException)
        {
            throw new RollcallException(ExitCode.BadJob, $"cannot be read: {inner.Message}", name, null, inner);
        }
        catch (DecoderFallbackException inner)
        {
            throw new RollcallException(ExitCode.BadJob, "is not UTF-8 text.", name, "Is it a job file? If so, save it as UTF-8.", inner);
        }
    }

    /// <summary>Reads a job file's text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="path">Where it lies: for messages, and for relative paths in it.</param>
    /// <param name="environment">The value of an environment variable; null for one that is not set.</param>
    /// <exception cref="RollcallException">Exit 2, with every problem of the text.</exception>
    public static Job Parse(string text, string path, Func<string, string?> environment)
    {
        var full = Path.GetFullPath(path);
        var problems = new JobProblems(full);
        if (JobSyntax.Parse(text.TrimStart('\uFEFF'), problems) is { } root)
        {
            new JobShapes(problems, environment).Check(root, JobKeys.Root);
            var job = new JobBinder(problems, full).Bind(root);
            new JobRules(job, root, problems).Check();
            if (!problems.HasErrors)
            {
                return job with { Warnings = problems.All, Positions = problems.Positions };
            }
        }

        throw new RollcallException(ExitCode.BadJob, problems.All);
    }
}
