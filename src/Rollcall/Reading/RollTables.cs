namespace Rollcall.Reading;

/// <summary>The roll's tables in the run's DuckDB.</summary>
internal static class RollTables
{
    /// <summary>While audiences are added, <c>roll</c> also holds the rows that are not members, and two columns about problems.</summary>
    public const string Create = """
        CREATE OR REPLACE TABLE roll(
            kh UBIGINT, member_key VARCHAR, audience USMALLINT, email VARCHAR, profile_key VARCHAR, contact_id BIGINT,
            fields VARCHAR, fields_hash UBIGINT, row_hash UBIGINT, row BIGINT,
            problem VARCHAR,   -- NULL for a member; NoEmail, InvalidEmail
            left_out VARCHAR, -- the mappings whose value does not fit, as RollFields.LeftOut has it; NULL when all do
            insight VARCHAR); -- the insight fields as a JSON object; NULL for a job without any
        CREATE OR REPLACE TABLE roll_left_out(
            audience USMALLINT, row BIGINT, email VARCHAR, outcome VARCHAR, code VARCHAR, reason VARCHAR,
            file VARCHAR); -- its name; NULL where rows are not of files, or have a number over all of them
        CREATE OR REPLACE TABLE lost_row(
            audience USMALLINT, row BIGINT, profile_key VARCHAR, outcome VARCHAR); -- of those, the ones with a key of their own
        CREATE OR REPLACE TABLE value_left_out(
            audience USMALLINT, row BIGINT, email VARCHAR, field VARCHAR, data_field VARCHAR, reason VARCHAR);
        """;
}
