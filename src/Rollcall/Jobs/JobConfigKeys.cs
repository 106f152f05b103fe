namespace Rollcall.Jobs;

/// <summary>The keys under <c>config</c>: Lytics' own, and <c>key_field</c>.</summary>
internal static class JobConfigKeys
{
    private static FlagShape Flag { get; } = new();

    private static TextShape DataField { get; } = new()
    {
        Pattern = "[A-Za-z0-9_-]{1,20}",
        Says = "a data field name of 1 to 20 letters, digits, _ and -",
    };

    private static ListShape Pairs(Shape value, string key, string pair) =>
        new(new MapShape(value, key, $"one pair of {pair}") { Pair = true }, $"a list of pairs, each {pair}");

    private static GroupShape NamedBook { get; } = new(
        "a group of keys with name",
        new("name", new TextShape { Pattern = @"[^\r\n]{1,128}", Says = "a name of at most 128 characters" }, "The book's name.") { Required = true },
        new("create", Flag, "Creates the book where the account has none of that name.") { Default = "false" },
        new("visibility", new ChoiceShape("Private", "Public"),
            "Who sees a book that is created: only the account, or also contacts on preference pages.") { Default = "Private" });

    private static EitherShape Book { get; } = new(
        new TextShape { Pattern = "[1-9][0-9]{0,17}", Says = "an address book id, a whole number above 0" },
        NamedBook);

    /// <summary>The group under <c>config</c>.</summary>
    public static GroupShape Config { get; } = new(
        "a group of keys such as segment_ids, seg_mappings and email_field",
        new("segment_ids", new ListShape(new TextShape(), "a list of audience ids, at most 128") { Most = ExportConfig.MostAudiences },
            "The audiences to export. Somebody in several has the values of the first that has them.") { Required = true },
        new("seg_mappings", Pairs(Book, "audience", "audience: address book"),
            "Which audience goes into which address book, by the book's id or as `{name: ...}`. An audience may go into several books, and several audiences "
            + "into one.") { Required = true },
        new("mappings", Pairs(DataField, "field", "field: data field"),
            "Which field goes to which Dotdigital data field. Fields are columns of the audience and hold single values."),
        new("email_field", new TextShape(), "The field with the email address.") { Required = true },
        new("id_field", new TextShape(),
            "The field with the contact's Dotdigital id: an id, or a map from account id to id. It only finds contacts; it changes no address."),
        new("key_field", new TextShape(),
            "The field with the profile's own stable id. It is trimmed; a blank one is none, and one with more than one address in a run is none for those "
            + "rows, which the run reports. Of two rows with one address in an audience, the one with the lesser key gives the values. When a member enters "
            + "under another address than the one this job delivered with the same key, the contact is moved to it, if it is certain whose it is: nobody else "
            + "has the key, nobody wants the former address, and the contact still has it. Where another contact has the new address already, nobody is "
            + "moved: that contact enters, and the former address leaves. Otherwise the new address is left out (*MoveUnclear*) and the former one stays. "
            + "Opt-outs follow the key."),
        new("email_type", new ChoiceShape("Html", "PlainText"),
            "The email type of people who first enter. Left out, Dotdigital decides, and people who chose one keep it."),
        new("opt_in_type", new ChoiceShape("Unknown", "Single", "Double", "VerifiedDouble"),
            "How people who first enter opted in. Left out, Dotdigital decides. `VerifiedDouble` makes Dotdigital send them an email."),
        new("exit_action", new ChoiceShape("ignore", "unsubscribe", "remove"),
            "What happens to somebody who left the audiences of a book: nothing, unsubscribed from the book, or removed from the book.") { Default = "ignore" },
        new("backfill_only", Flag, "One time: one run, then no more.") { Default = "false" },
        new("field_changes", new ListShape(new TextShape(), "a list of mapped fields, at most 75") { Most = ExportConfig.MostFieldChanges },
            "Fields whose change updates a member; other fields go along but do not count. Left out or empty: all mapped fields."),
        new("trigger_join", Flag,
            "Adds people who enter one by one, so that the book's join actions fire: a call each, where an import takes thousands. Changed fields still go in "
            + "bulk. See `guards.max_mails`.") { Default = "false" },
        new("resubscribe", Flag, "Resubscribes people who unsubscribed, with an email that asks them.") { Default = "false" },
        new("resubscribe_no_challenge", Flag, "Resubscribes people who unsubscribed, without asking them.") { Default = "false" },
        new("sync_status", Flag, "Sends status events to `status_sink`.") { Default = "false" },
        new("collection_id", new TextShape(),
            "The content collection of recommendations: an id or slug in Lytics, which is asked about people who enter or are updated, or a key of "
            + "`source.tables.recommendations`. Goes with `recommender_mappings`, `insight_recommendations`, or both."),
        new("recommender_mappings", Pairs(DataField, "field", "recommendation field: data field"),
            "Which recommendation field goes to which data field: `title` is the first recommendation's, `2.title` the second's, up to `20.title`. Fields "
            + "hold single values. People without an answer are delivered without recommendations, listed, and asked about again by the next run."),
        new("insight_fields", new ListShape(new TextShape(), "a list of fields"),
            "Fields for the insight collection `lytics_fields`: a record a person, under the job's tag, with arrays and maps kept, once the person is in a "
            + "book. Sent again when it changed. An array in an array is left out and listed."),
        new("insight_recommendations", Flag,
            "Recommendations into the insight collection `lytics_recommendations`: a record a person and recommendation, at most 10, under the job's tag and "
            + "a number.") { Default = "false" })
    {
        Example = """
            config:
              segment_ids: [big_spenders, brazil]
              seg_mappings:
                - big_spenders: "1234"
                - brazil: {name: Brazil, create: true, visibility: Private}
              mappings:
                - first_name: FIRSTNAME
                - total: LIFETIME_SPEND
              email_field: email
              exit_action: remove
            """,
    };
}
