using System.Security.Cryptography.X509Certificates;
using Rollcall.Running;

namespace Rollcall.Service;

/// <summary>What a service is started with.</summary>
public sealed record ServiceOptions
{
    /// <summary>Where it listens unless told otherwise: this machine alone.</summary>
    public const string DefaultUrls = "http://127.0.0.1:9470";

    /// <summary>What runs work with; its data folder is the service's store.</summary>
    public required Workplace Workplace { get; init; }

    /// <summary>Where it listens, separated by semicolons. A port of 0 takes a free one.</summary>
    public string Urls { get; init; } = DefaultUrls;

    /// <summary>The folders, absolute, in which jobs made over HTTP may read files; empty for none.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>The addresses of proxies that are believed about where a request comes from; empty for none.</summary>
    public IReadOnlyList<string> Proxies { get; init; } = [];

    /// <summary>Names that the service is called by besides those it listens on, as behind a proxy; empty for none.</summary>
    public IReadOnlyList<string> PublicNames { get; init; } = [];

    /// <summary>The certificate, with its private key, for addresses that begin with <c>https</c>; null for none.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>How many runs may be under way at once.</summary>
    public int Parallel { get; init; } = 8;

    /// <summary>The value of an environment variable, for jobs that came from a file; null for one that is not set.</summary>
    public Func<string, string?> Environment { get; init; } = _ => null;
}
