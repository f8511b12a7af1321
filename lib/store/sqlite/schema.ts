/**
 * One entry a schema version, each the step from the version before. Published entries never change.
 *
 * A delivery's bytes lie apart from its state, so that an update writes few pages and a page of history reads few.
 * Times are Unix milliseconds, `status` is an index into STATUSES, JSON is text, payloads are bytes.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE cursors (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE webhooks (
    id TEXT PRIMARY KEY,
    paused TEXT,
    paused_url TEXT,
    held_until INTEGER,
    ordering TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    event_id TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    routed INTEGER NOT NULL,  -- 0: the flows have not seen it, 1: they have, 2: they have, but it may not have settled
    json TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX events_by_id ON events (event_id, source);
  CREATE INDEX events_unrouted ON events (seq) WHERE routed <> 1;

  CREATE TABLE deliveries (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    event_id TEXT NOT NULL,
    automation_id TEXT NOT NULL,
    automation_name TEXT NOT NULL,
    webhook_id TEXT NOT NULL,
    webhook_name TEXT NOT NULL,
    sender_id TEXT NOT NULL,
    sender_name TEXT NOT NULL,
    collection TEXT,
    order_key TEXT,           -- the collection, while the webhook keeps the order
    status INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    step INTEGER NOT NULL DEFAULT 0,
    status_code INTEGER,
    duration_ms INTEGER,
    created_at INTEGER NOT NULL,
    due_at INTEGER,           -- null while pending: an earlier one of its order_key goes first
    started_at INTEGER,       -- a request was on its way then, and nothing is known of its end
    finished_at INTEGER,
    error_code TEXT,
    error_message TEXT,
    owed INTEGER NOT NULL DEFAULT 0  -- 1: the sender was away when it finished, and has not had its output
  ) STRICT;
  CREATE INDEX deliveries_by_event ON deliveries (event_id);
  CREATE INDEX deliveries_by_webhook ON deliveries (webhook_id, status);
  CREATE INDEX deliveries_by_automation ON deliveries (automation_id, webhook_id, status);
  CREATE INDEX deliveries_queue ON deliveries (webhook_id, sender_id, due_at) WHERE status = 0;
  CREATE INDEX deliveries_in_order ON deliveries (webhook_id, order_key) WHERE status = 0 AND order_key IS NOT NULL;
  CREATE INDEX deliveries_started ON deliveries (started_at) WHERE started_at IS NOT NULL;
  CREATE INDEX deliveries_owed ON deliveries (sender_id) WHERE owed = 1;

  CREATE TABLE bodies (
    seq INTEGER PRIMARY KEY,  -- of the delivery
    payload BLOB NOT NULL,
    slots TEXT,
    message TEXT,
    event TEXT,               -- only when the event is not among the events
    request TEXT              -- only of a dry run
  ) STRICT;

  CREATE TABLE attempts (
    delivery INTEGER NOT NULL,
    number INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    status_code INTEGER,
    error_code TEXT,
    error_message TEXT,
    response TEXT,            -- {"headers": …, "body": …}
    PRIMARY KEY (delivery, number)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE cursor_parts (  -- texts of some kilobytes
    cursor TEXT NOT NULL,
    part TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (cursor, part)
  ) STRICT;
  `,
  `
  ALTER TABLE bodies ADD COLUMN content_type TEXT;  -- null: as the webhook has it
  `,
  `
  -- How many automations it started; null while the flows have not seen it, and of one from before this was counted.
  ALTER TABLE events ADD COLUMN fired INTEGER;
  ALTER TABLE deliveries ADD COLUMN sample INTEGER NOT NULL DEFAULT 0;  -- 1: of an event that a trigger's button made
  UPDATE deliveries SET sample = 1
    WHERE event_id IN (SELECT event_id FROM events WHERE substr(source, 1, 7) = 'sample:');

  ALTER TABLE deliveries ADD COLUMN terms TEXT;  -- what is searched, in small letters; null: from before it was kept

  CREATE TABLE statistics (
    automation TEXT NOT NULL,  -- '': all
    webhook TEXT NOT NULL,     -- '': all
    hour INTEGER NOT NULL,     -- its beginning
    accepted INTEGER NOT NULL,
    fired INTEGER NOT NULL,
    delivered INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    last_at INTEGER,           -- of an automation when it fired last in that hour, of a webhook when it delivered last
    PRIMARY KEY (automation, webhook, hour)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE latencies (     -- how many attempts took how long
    automation TEXT NOT NULL,
    webhook TEXT NOT NULL,
    hour INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (automation, webhook, hour, bucket)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE last_errors (   -- of each webhook
    webhook TEXT PRIMARY KEY,
    code TEXT NOT NULL,
    message TEXT NOT NULL,
    status_code INTEGER,
    at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- The time before is counted from its history.
  CREATE TEMP TABLE counted AS
    SELECT automation, webhook, at / 3600000 * 3600000 AS hour, sum(accepted) AS accepted, sum(fired) AS fired,
      sum(delivered) AS delivered, sum(failed) AS failed, sum(attempts) AS attempts, max(fired_at) AS fired_at,
      max(delivered_at) AS delivered_at
    FROM (
      SELECT '' AS automation, '' AS webhook, received_at AS at, 1 AS accepted, 0 AS fired, 0 AS delivered, 0 AS failed,
        0 AS attempts, NULL AS fired_at, NULL AS delivered_at
      FROM events WHERE substr(source, 1, 7) <> 'sample:'
      UNION ALL
      SELECT automation_id, '', min(created_at), 0, 1, 0, 0, 0, min(created_at), NULL
      FROM deliveries WHERE sample = 0 AND automation_id <> '' GROUP BY automation_id, event_id
      UNION ALL
      SELECT automation_id, webhook_id, finished_at, 0, 0, status = 1, status = 2, 0, NULL, iif(status = 1, finished_at, NULL)
      FROM deliveries WHERE sample = 0 AND status IN (1, 2)
      UNION ALL
      SELECT automation_id, webhook_id, a.started_at + a.duration_ms, 0, 0, 0, 0, 1, NULL, NULL
      FROM attempts a JOIN deliveries d ON d.seq = a.delivery WHERE sample = 0
    ) GROUP BY 1, 2, 3;
  CREATE TEMP TABLE took AS
    SELECT automation_id AS automation, webhook_id AS webhook,
      (a.started_at + a.duration_ms) / 3600000 * 3600000 AS hour, latency_bucket(a.duration_ms) AS bucket, count(*) AS count
    FROM attempts a JOIN deliveries d ON d.seq = a.delivery WHERE sample = 0 GROUP BY 1, 2, 3, 4;

  INSERT INTO statistics
    SELECT '', '', hour, sum(accepted), sum(fired), sum(delivered), sum(failed), sum(attempts), NULL
    FROM counted GROUP BY hour;
  INSERT INTO statistics
    SELECT '', webhook, hour, 0, 0, sum(delivered), sum(failed), sum(attempts), max(delivered_at)
    FROM counted WHERE webhook <> '' GROUP BY webhook, hour;
  INSERT INTO statistics
    SELECT automation, '', hour, 0, sum(fired), sum(delivered), sum(failed), sum(attempts), max(fired_at)
    FROM counted WHERE automation <> '' GROUP BY automation, hour;
  INSERT INTO statistics
    SELECT automation, webhook, hour, 0, 0, delivered, failed, attempts, NULL
    FROM counted WHERE automation <> '' AND webhook <> '';
  INSERT INTO latencies SELECT '', '', hour, bucket, sum(count) FROM took GROUP BY hour, bucket;
  INSERT INTO latencies SELECT '', webhook, hour, bucket, sum(count) FROM took GROUP BY webhook, hour, bucket;
  INSERT INTO latencies
    SELECT automation, '', hour, bucket, sum(count) FROM took WHERE automation <> '' GROUP BY automation, hour, bucket;
  INSERT INTO latencies SELECT automation, webhook, hour, bucket, count FROM took WHERE automation <> '';
  INSERT INTO last_errors
    SELECT webhook_id, error_code, error_message, status_code, max(coalesce(finished_at, created_at))
    FROM deliveries WHERE sample = 0 AND error_code IS NOT NULL AND error_message IS NOT NULL GROUP BY webhook_id;
  DROP TABLE counted;
  DROP TABLE took;
  `,
  `
  CREATE TABLE requests (  -- what attempts sent, without what differs between them
    id INTEGER PRIMARY KEY,
    json TEXT NOT NULL UNIQUE
  ) STRICT;
  ALTER TABLE attempts ADD COLUMN request INTEGER;  -- null: not known
  `,
  `
  ALTER TABLE events ADD COLUMN change TEXT;   -- the same for the same change, however it was heard of
  ALTER TABLE events ADD COLUMN told_as TEXT;  -- the id under which a webhook told it; null: a look found it
  CREATE INDEX events_by_change ON events (change) WHERE change IS NOT NULL;
  CREATE UNIQUE INDEX events_told_as ON events (told_as, source) WHERE told_as IS NOT NULL;
  `,
  `
  -- Ids that others make are random, and each entry of an index of them costs a page of its own on the disk: so a
  -- delivery stands under the number of its event, the first one with that id. Null: there was none, or that is from before.
  ALTER TABLE deliveries ADD COLUMN event_seq INTEGER;
  DROP INDEX deliveries_by_event;
  CREATE INDEX deliveries_by_event ON deliveries (event_seq) WHERE event_seq IS NOT NULL;
  CREATE INDEX deliveries_by_event_id ON deliveries (event_id) WHERE event_seq IS NULL;
  `,
]

/** "aaut": tells our files from other applications' (https://sqlite.org/pragma.html#pragma_application_id). */
export const APPLICATION_ID = 0x61617574
