namespace Rollcall.Jobs;

/// <summary>The job file that <c>rollcall init</c> writes: valid as it is, with every key of this version at its default.</summary>
public static class JobFileTemplate
{
    /// <summary>The file's text. A line that begins with <c>#key:</c> is a key at its default; one that begins with <c># </c> is a remark.</summary>
    public const string Text = """
        # yaml-language-server: $schema=job.schema.json
        # What to export where. rollcall schema > job.schema.json lets editors complete the keys,
        # rollcall check finds everything wrong with this file, rollcall plan says what a run would change.

        # The job's identity: choose it once.
        tag: my-first-job
        label: My first job

        # Stored with: rollcall auth add prod. Or in place, for example for the simulator on this machine:
        # authorization: {username: demo, password: "${DOTDIGITAL_PASSWORD}", endpoint: http://127.0.0.1:9400}
        authorization: prod

        # Files, each a table that SQL may join: csv, tsv, txt, json, jsonl, parquet, globs of them.
        # Or one database: a SQLite file, postgres://user:password@host/database, mysql://...
        source:
          tables:
            files:
              people: data/people.csv
              orders: {path: "data/orders-*.csv", types: {total: decimal}}
            audiences:
              # A SELECT with a column a field, or a table and a condition.
              big_spenders: >
                SELECT p.* FROM people p
                JOIN (SELECT person_id FROM orders GROUP BY person_id HAVING sum(total) > 500) o ON o.person_id = p.id
              brazil: {from: people, where: "country = 'BR'"}

        config:
          # In order: a profile in several audiences has the values of the first.
          segment_ids: [big_spenders, brazil]
          # Which audience goes into which address book: by its id, or by name.
          seg_mappings:
            - big_spenders: "1234"
            - brazil: {name: Brazil, create: true, visibility: Private}
          # Which field goes to which data field.
          mappings:
            - first_name: FIRSTNAME
            - last_name: LASTNAME
          email_field: email
          # The profile's own stable id, and the contact's id at Dotdigital, if there are such fields.
          #key_field: id
          #id_field: dm_contact_id
          # What happens to somebody who left the audiences of a book: ignore, remove, or unsubscribe, which cannot be undone.
          #exit_action: ignore
          # Add people who enter one by one, so that the book's join actions fire: a call each. See guards.max_mails.
          #trigger_join: false
          # Bring back people who unsubscribed before they entered an audience: asked by email first, or without asking.
          #resubscribe: false
          #resubscribe_no_challenge: false
          # Only changes of these fields update a member. Empty: all mapped fields.
          #field_changes: []
          # Sent only when somebody first enters. Left out, Dotdigital decides, and people who chose one keep it.
          #email_type: Html
          #opt_in_type: Single
          # One run, then no more.
          #backfill_only: false
          # Status events, with a status_sink below.
          #sync_status: false
          # Recommendations, of a query under source.tables.recommendations: title is the first one's, 2.title the second's.
          # collection_id: picks
          # recommender_mappings: [{title: REC_TITLE}, {2.title: REC2_TITLE}]
          # Insight data: a record a person of these fields, arrays and maps too, and one a recommendation.
          #insight_fields: []
          #insight_recommendations: false

        # What an empty value does to a data field: keep or clear.
        #on_missing_field: keep
        # Where Dotdigital has a value already: overwrite, overwrite_if_not_empty or overwrite_if_empty.
        #merge_option: overwrite
        # Create mapped data fields that the account lacks.
        #create_missing_fields: false

        # With resubscribe: also people who opted out while they were members.
        #resubscribe_members: false
        # What happens to members who were removed from a book by somebody else: leave or restore.
        #on_foreign_removal: leave
        # Exits also act on people who were in the book before this job.
        #exit_existing: false
        # Create people again who were deleted at Dotdigital.
        #recreate_deleted: false
        # What happens to insight records when their person leaves every book of the job: keep or remove.
        #insight_on_exit: keep

        # What holds changes back before anything is sent; rollcall run --allow GUARD passes one, once.
        #guards:
          #max_exit_percent: 20
          #max_enter: none
          #max_mails: 1000
          #max_moves: 100
          #max_reject_percent: 50
          #max_missing_percent: 20
          #max_deleted_percent: 1
          #empty_audience: stop
        # How much of the account's API budget this job may take.
        #budget: {share: 1.0}
        # Whether people who entered are read back (auto, full or off), and how often everything is compared.
        #verify: auto
        #verify_every: 7d
        #watch_for: 7d

        # When the job runs without being started: cron, continuous, or one time at a date.
        # schedule: {cron: "0 6 * * *", timezone: Europe/London, quiet: {from: "22:00", hours: 8}}
        # Where status events go; sync_status must be true.
        # status_sink: {file: status.jsonl}

        """;
}
