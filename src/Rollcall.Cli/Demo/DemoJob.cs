namespace Rollcall.Cli.Demo;

/// <summary>The demo's job file.</summary>
internal static class DemoJob
{
    public const string Tag = "demo";
    public const string Authorization = "demo";

    public const string Text = """
        # Three overlapping audiences of a record shop, in two address books that are there and one that the first run creates.
        label: Record shop audiences to Dotdigital
        tag: demo
        authorization: demo

        source:
          tables:
            files:
              customers: customers.csv
              orders: {path: orders.csv, types: {total: decimal}}
            audiences:
              big_spenders: >
                SELECT c.* FROM customers c
                JOIN (SELECT customer_id FROM orders GROUP BY customer_id HAVING sum(total) > 150) o USING (customer_id)
              brazil: {from: customers, where: "country = 'Brazil'"}
              vinyl: {from: customers, where: "format = 'vinyl'"}

        config:
          segment_ids: [big_spenders, brazil, vinyl]
          seg_mappings:
            - big_spenders: "1001"
            - brazil: "1002"
            - vinyl: {name: Vinyl club, create: true}
          mappings:
            - first_name: FIRSTNAME
            - last_name: LASTNAME
            - points: LOYALTY_POINTS
          email_field: email
          key_field: customer_id
          exit_action: remove
          # Who left the account before they entered an audience is asked by email, once, whether to come back.
          resubscribe: true
          sync_status: true

        status_sink: {file: status.jsonl}
        guards: {max_mails: none}

        """;
}
