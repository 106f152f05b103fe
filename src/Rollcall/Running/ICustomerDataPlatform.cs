using Rollcall.Jobs;

namespace Rollcall.Running;

/// <summary>
/// A customer data platform outside the engine, where a job's audiences are or its status events go. The engine itself reads tables, and writes files and
/// tables.
/// </summary>
public interface ICustomerDataPlatform
{
    /// <summary>The audiences of a job whose <see cref="Job.Source"/> is the platform's.</summary>
    IAudienceSource Source(Job job);

    /// <summary>Recommends content of <see cref="ExportConfig.CollectionId"/>, for a job whose <see cref="Job.Source"/> is the platform's.</summary>
    IRecommender Recommender(Job job);

    /// <summary>The sink of a job whose <see cref="Job.StatusSink"/> is the platform's.</summary>
    IStatusSink Sink(Job job);
}
