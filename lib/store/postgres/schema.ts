/**
 * One entry a schema version, each the step from the version before. Published entries never change. `@name` is a table of
 * the store, in its schema: nothing here relies on a search path, which a pooler would not keep.
 *
 * A delivery's bytes lie apart from its state. Times are Unix milliseconds by the database's clock, `status` is an index
 * into STATUSES, JSON is text (jsonb refuses the character NUL), payloads are bytes.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE IF NOT EXISTS @meta (key text PRIMARY KEY, value bigint NOT NULL);

  -- A process with this store open. It is alive as long as it says so; what says nothing for too long is deleted.
  CREATE TABLE @instances (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    slot integer NOT NULL,      -- small and its own while it lives: what it counts stands under it
    seen_at bigint NOT NULL,    -- by the database's clock
    alive_at bigint NOT NULL,   -- what had not settled then may not have settled
    wants integer NOT NULL DEFAULT 0,
    holds integer NOT NULL DEFAULT 0
  );

  -- Who works on what: 'webhook/<id>', 'source/<id>'.
  CREATE TABLE @leases (
    thing text PRIMARY KEY,
    fence bigint NOT NULL,      -- greater with each owner
    owner bigint                -- null: nobody
  );
  CREATE INDEX leases_free ON @leases (thing) WHERE owner IS NULL;
  CREATE INDEX leases_by_owner ON @leases (owner) WHERE owner IS NOT NULL;

  CREATE TABLE @cursors (key text PRIMARY KEY, value text NOT NULL);
  CREATE TABLE @cursor_parts (
    cursor text NOT NULL,
    part text NOT NULL,
    text text NOT NULL,
    PRIMARY KEY (cursor, part)
  );

  CREATE TABLE @webhooks (
    id text PRIMARY KEY,
    paused text,
    paused_url text,
    held_until bigint,
    ordering text NOT NULL,
    changed_at bigint NOT NULL  -- by the database's clock
  );

  CREATE TABLE @events (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text NOT NULL,
    event_id text NOT NULL,
    received_at bigint NOT NULL,
    routed smallint NOT NULL,   -- 0: the flows have not seen it, 1: they have, 2: they have, but it may not have settled
    instance bigint,            -- whose flows; null: nobody's
    handed_at bigint NOT NULL,  -- when they got it
    again boolean NOT NULL DEFAULT false,  -- not for the first time
    open_key text,              -- what its deliveries will have in common, as long as they may still come
    fired integer,              -- how many automations it started; null while the flows have not seen it
    event_type text NOT NULL,
    terms text NOT NULL,        -- what is searched, in small letters
    json text NOT NULL
  );
  CREATE UNIQUE INDEX events_by_id ON @events (event_id, source);
  CREATE INDEX events_open ON @events (open_key, seq) WHERE open_key IS NOT NULL;
  CREATE INDEX events_unrouted ON @events (seq) WHERE routed <> 1;

  CREATE TABLE @deliveries (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text NOT NULL UNIQUE,
    event_id text NOT NULL,
    automation_id text NOT NULL,
    automation_name text NOT NULL,
    webhook_id text NOT NULL,
    webhook_name text NOT NULL,
    sender_id text NOT NULL,
    sender_name text NOT NULL,
    collection text,
    order_key text,             -- the collection, while the webhook keeps the order
    place bigint NOT NULL,      -- in that order: the number of the event, or of the newest one where it is among none
    status smallint NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    step integer NOT NULL DEFAULT 0,
    status_code integer,
    duration_ms bigint,
    created_at bigint NOT NULL,
    due_at bigint,              -- null while pending: an earlier one of its order_key goes first
    claim bigint,               -- the fence of the lease under which somebody has it in hand
    cancel boolean NOT NULL DEFAULT false,  -- whoever has it in hand is to end it
    started_at bigint,          -- a request was on its way then, and nothing is known of its end
    finished_at bigint,
    error_code text,
    error_message text,
    owed bigint NOT NULL DEFAULT 0,  -- 1: the sender has not had its output; less than 0: the instance that gives it
    sample smallint NOT NULL DEFAULT 0,
    terms text NOT NULL
  );
  CREATE INDEX deliveries_by_event ON @deliveries (event_id);
  CREATE INDEX deliveries_by_webhook ON @deliveries (webhook_id, status, seq);
  CREATE INDEX deliveries_by_automation ON @deliveries (automation_id, webhook_id, status, seq);
  CREATE INDEX deliveries_queue ON @deliveries (webhook_id, sender_id, due_at, seq) WHERE status = 0 AND claim IS NULL;
  CREATE INDEX deliveries_claimed ON @deliveries (webhook_id) WHERE status = 0 AND claim IS NOT NULL;
  CREATE INDEX deliveries_in_order ON @deliveries (webhook_id, order_key, place, seq)
    WHERE status = 0 AND order_key IS NOT NULL;
  CREATE INDEX deliveries_owed ON @deliveries (sender_id, seq) WHERE owed <> 0;
  CREATE INDEX deliveries_cancel ON @deliveries (webhook_id) WHERE cancel;

  CREATE TABLE @bodies (
    seq bigint PRIMARY KEY,     -- of the delivery
    payload bytea NOT NULL,
    slots text,
    content_type text,          -- null: as the webhook has it
    message text,
    event text,                 -- only when the event is not among the events
    request text                -- only of a dry run
  );

  CREATE TABLE @requests (      -- what attempts sent, without what differs between them
    id bytea PRIMARY KEY,       -- SHA-256 of the text
    json text NOT NULL
  );
  CREATE TABLE @attempts (
    delivery bigint NOT NULL,
    number integer NOT NULL,
    started_at bigint NOT NULL,
    duration_ms bigint NOT NULL,
    status_code integer,
    error_code text,
    error_message text,
    response text,              -- {"headers": …, "body": …}
    request bytea,              -- null: not known
    PRIMARY KEY (delivery, number)
  );

  -- What each instance did to the pending deliveries, for the others to see; growing numbers.
  CREATE TABLE @queues (
    webhook text NOT NULL,
    sender text NOT NULL,
    slot integer NOT NULL,
    added bigint NOT NULL DEFAULT 0,
    finished bigint NOT NULL DEFAULT 0,
    woken bigint NOT NULL DEFAULT 0,  -- made due
    owed bigint NOT NULL DEFAULT 0,   -- outputs that their sender was not there for
    changed_at bigint NOT NULL,
    PRIMARY KEY (webhook, sender, slot)
  );
  CREATE INDEX queues_changed ON @queues (changed_at);

  CREATE TABLE @statistics (
    automation text NOT NULL,   -- '': all
    webhook text NOT NULL,      -- '': all
    hour bigint NOT NULL,       -- its beginning
    slot integer NOT NULL,      -- of the instance that counted, so that no two wait for one another
    accepted bigint NOT NULL,
    fired bigint NOT NULL,
    delivered bigint NOT NULL,
    failed bigint NOT NULL,
    attempts bigint NOT NULL,
    last_at bigint,             -- of an automation when it fired last in that hour, of a webhook when it delivered last
    PRIMARY KEY (automation, webhook, hour, slot)
  );
  CREATE TABLE @latencies (     -- how many attempts took how long
    automation text NOT NULL,
    webhook text NOT NULL,
    hour bigint NOT NULL,
    bucket integer NOT NULL,
    slot integer NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (automation, webhook, hour, bucket, slot)
  );
  CREATE TABLE @last_errors (
    webhook text PRIMARY KEY,
    code text NOT NULL,
    message text NOT NULL,
    status_code integer,
    at bigint NOT NULL
  );
  `,
  `
  ALTER TABLE @events ADD COLUMN change text;   -- the same for the same change, however it was heard of
  ALTER TABLE @events ADD COLUMN told_as text;  -- the id under which a webhook told it; null: a look found it
  CREATE INDEX events_by_change ON @events (change, seq) WHERE change IS NOT NULL;
  CREATE UNIQUE INDEX events_told_as ON @events (told_as, source) WHERE told_as IS NOT NULL;
  `,
  `
  -- JSON: a text for each webhook and sender of which deliveries are pending that it cannot send
  ALTER TABLE @instances ADD COLUMN lacks text NOT NULL DEFAULT '[]';
  `,
  `
  -- What an instance handles now that may have ended another one. Noted before it is handled, and only of suspects.
  CREATE TABLE @in_hand (
    instance bigint NOT NULL,
    kind text NOT NULL,         -- 'event', 'delivery', or the 'output' of a delivery
    seq bigint NOT NULL,
    alone boolean NOT NULL,     -- accused, and handled alone: if this instance ends now, it is set aside
    PRIMARY KEY (instance, kind, seq)
  );
  -- Of an event, of a pending delivery, and then of its output: 1: an instance that ended had it, which makes it a suspect,
  -- 2: accused, since it was in hand at the end of another one after that.
  ALTER TABLE @events ADD COLUMN ends smallint NOT NULL DEFAULT 0;
  ALTER TABLE @deliveries ADD COLUMN ends smallint NOT NULL DEFAULT 0;
  -- The instance at whose end it was accused or set aside: if it comes back, it had not ended.
  ALTER TABLE @events ADD COLUMN blamed bigint;
  ALTER TABLE @deliveries ADD COLUMN blamed bigint;
  CREATE INDEX events_blamed ON @events (blamed) WHERE blamed IS NOT NULL;
  CREATE INDEX deliveries_blamed ON @deliveries (blamed) WHERE blamed IS NOT NULL;
  `,
]

export const VERSION = MIGRATIONS.length

/** A name as SQL has it: quoted, so that any text is one. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** SQL with the tables of one schema in it. */
export class Tables {
  readonly schema: string
  readonly #texts = new Map<string, string>()

  /** @param name of the schema, as it is, not quoted */
  constructor(name: string) {
    this.schema = quoted(name)
  }

  in(text: string): string {
    let sql = this.#texts.get(text)
    if (sql === undefined) {
      sql = text.replace(/@([a-z_]+)/g, (_whole, table: string) => `${this.schema}.${table}`)
      this.#texts.set(text, sql)
    }
    return sql
  }
}

/** What an administrator can run by hand, from no schema or an older one to today's. */
export function wholeSchema(name: string): string {
  const tables = new Tables(name)
  const steps = MIGRATIONS.map((step, index) => `IF known < ${index + 1} THEN\n${step.trim()}\nEND IF;`)
  return tables.in(
    [
      'BEGIN;',
      `CREATE SCHEMA IF NOT EXISTS ${tables.schema};`,
      'CREATE TABLE IF NOT EXISTS @meta (key text PRIMARY KEY, value bigint NOT NULL);',
      'DO $artifact_automations$',
      'DECLARE known bigint;',
      'BEGIN',
      "SELECT coalesce(max(value), 0) INTO known FROM @meta WHERE key = 'version';",
      ...steps,
      `INSERT INTO @meta (key, value) VALUES ('version', greatest(known, ${VERSION}))`,
      'ON CONFLICT (key) DO UPDATE SET value = excluded.value;',
      'END $artifact_automations$;',
      'COMMIT;',
      '',
    ].join('\n'),
  )
}
