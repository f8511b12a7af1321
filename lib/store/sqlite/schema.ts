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
]

/** "aaut": tells our files from other applications' (https://sqlite.org/pragma.html#pragma_application_id). */
export const APPLICATION_ID = 0x61617574

export const STATUSES = ['pending', 'delivered', 'failed', 'dry-run'] as const
export const PENDING = 0

export const ROUTING = { waiting: 0, routed: 1, suspect: 2 } as const
