using System.Text;
using Rollcall.Model;

namespace Rollcall.Jobs;

/// <summary>Reads job files, YAML or JSON. All problems of a file are reported at once, each with its line and column.</summary>
public static class JobFile
{
    /// <summary>Reads a job file.</summary>
    /// <param name="path">The file. Relative paths in it start where it lies.</param>
    /// <param name="environment">The value of an environment variable; null for one that is not set.</param>
    /// <exception cref="RollcallException">Exit 2, with every problem of the file.</exception>
    public static Job Read(string path, Func<string, string?> environment)
    {
        var name = Path.GetFileName(path);
        if (RegularFile.OtherKind(path) is { } other)
        {
            throw new RollcallException(ExitCode.BadJob, $"is {other}, not a job file.", name);
        }

        try
        {
            return Parse(new UTF8Encoding(false, true).GetString(Bytes(path, name)), path, environment);
        }
        catch (Exception inner) when (inner is FileNotFoundException or DirectoryNotFoundException)
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

    /// <summary>The file's bytes, no more than a job file may have: it may grow while it is read.</summary>
    private static byte[] Bytes(string path, string name)
    {
        using var file = File.OpenRead(path);
        if (file.Length > 4L * JobSyntax.MaxLength)
        {
            throw new RollcallException(ExitCode.BadJob, "is too large for a job file.", name, "Is it the data?");
        }

        var bytes = new byte[Math.Min(file.Length, JobSyntax.MaxLength) + 1];
        var read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return read < bytes.Length
            ? bytes[..read]
            : throw new RollcallException(
                ExitCode.BadJob,
                $"the file is too large for a job file: more than {JobSyntax.MaxLength / 1024 / 1024} MB.",
                $"{name}:1:1",
                "Is it the data?");
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
            if (problems.HasTooMany)
            {
                throw new RollcallException(ExitCode.BadJob, problems.All);
            }

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
