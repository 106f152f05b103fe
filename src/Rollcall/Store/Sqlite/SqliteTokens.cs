using Rollcall.Model;

namespace Rollcall.Store.Sqlite;

internal sealed class SqliteTokens(StoreConnection db) : ITokens
{
    private const string Tokens = "SELECT id, name, role, sees_people, changes_consent, created, ends, last_used FROM api_token";

    public bool Add(ApiToken token, string hash) => db.InTransaction(() => db.Execute(
        """
        INSERT OR IGNORE INTO api_token(id, name, hash, role, sees_people, changes_consent, created, ends)
        VALUES (@Id, @Name, @hash, @role, @SeesPeople, @ChangesConsent, @Created, @Ends)
        """,
        new
        {
            token.Id, token.Name, hash, role = token.Role.ToString().ToLowerInvariant(), token.SeesPeople, token.ChangesConsent, token.Created, token.Ends,
        }) > 0);

    public IReadOnlyList<ApiToken> All() => db.Query<ApiToken>($"{Tokens} ORDER BY name");

    public ApiToken? OfHash(string hash) => db.First<ApiToken>($"{Tokens} WHERE hash = @hash", new { hash });

    public void Used(string id, DateTimeOffset at) => db.Execute("UPDATE api_token SET last_used = @at WHERE id = @id", new { id, at });

    public bool Remove(string idOrName) =>
        db.InTransaction(() => db.Execute("DELETE FROM api_token WHERE id = @idOrName OR name = @idOrName", new { idOrName }) > 0);
}
