namespace Rollcall.Model;

/// <summary>A book of the job, under the number it has in the run's tables. A book that is yet to be created has no id.</summary>
/// <param name="No">Its number, from 0.</param>
/// <param name="Id">Its id at Dotdigital; null until it is created.</param>
/// <param name="Name">Its name.</param>
internal sealed record RunBook(int No, long? Id, string Name)
{
    /// <summary>How many contacts Dotdigital counted in it when the run began.</summary>
    public long Contacts { get; init; }

    /// <summary>Whether members put there by audiences that are no longer mapped to it exit.</summary>
    public bool Released { get; init; }
}
