namespace Rollcall.Store.Sqlite;

internal sealed class SqliteAudiences(StoreConnection db) : IAudiences
{
    public IReadOnlyList<string> Of(string tag) => db.Query<string>("SELECT audience FROM audience WHERE tag = @tag", new { tag });

    public KeptAudience? Find(string tag, string audience) => db.First<KeptAudience>(
        "SELECT shape, members, rows, no_email, lost FROM audience WHERE tag = @tag AND audience = @audience", new { tag, audience });

    public void Keep(string tag, IEnumerable<CompleteReading> readings) => db.InTransaction(() => db.Execute(
        """
        INSERT INTO audience(tag, audience, shape, members, rows, no_email, lost) VALUES (@tag, @Audience, @Shape, @Members, @Rows, @NoEmail, @Lost)
        ON CONFLICT(tag, audience) DO UPDATE SET shape = @Shape, members = @Members,
            rows = coalesce(@Rows, rows), no_email = coalesce(@NoEmail, no_email), lost = coalesce(@Lost, lost)
        """,
        readings.Select(r => new { tag, r.Audience, r.Shape, r.Members, r.Rows, r.NoEmail, r.Lost })));

    public KeptRecommendations? Recommendations(string tag) =>
        db.First<KeptRecommendations>("SELECT collection, shape FROM recommendations WHERE tag = @tag", new { tag });

    public void Keep(string tag, KeptRecommendations recommendations) => db.Commit(
        """
        INSERT INTO recommendations(tag, collection, shape) VALUES (@tag, @Collection, @Shape)
        ON CONFLICT(tag) DO UPDATE SET collection = @Collection, shape = @Shape
        """,
        new { tag, recommendations.Collection, recommendations.Shape });
}
