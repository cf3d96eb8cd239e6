-- What happens to a tenant's things is told to the addresses it names. An event is written in the
-- transaction that makes it true, with one delivery for each subscription that wants it.

CREATE TABLE webhook_subscriptions (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  url TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  -- Types with a space before and behind each; ' * ' are all.
  event_types TEXT NOT NULL,
  sealed_secret TEXT NOT NULL,
  -- The secret before the last change, which signs too until it ends.
  sealed_previous_secret TEXT NOT NULL DEFAULT '',
  previous_ends_at INTEGER NOT NULL DEFAULT 0,
  is_active INTEGER NOT NULL DEFAULT 1,
  -- Why AIVA switched it off; empty when its tenant did.
  disabled_reason TEXT NOT NULL DEFAULT '',
  -- Since when nothing gets through, and how often it was tried; 0 after a success.
  failing_since INTEGER NOT NULL DEFAULT 0,
  failures INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX webhook_subscriptions_tenant ON webhook_subscriptions (tenant_id, created_at);

CREATE TABLE webhook_events (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL,
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  type TEXT NOT NULL,
  data TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX webhook_events_id ON webhook_events (id);
CREATE INDEX webhook_events_tenant ON webhook_events (tenant_id, sequence);
CREATE INDEX webhook_events_time ON webhook_events (created_at);

CREATE TABLE webhook_deliveries (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL,
  tenant_id TEXT NOT NULL,
  subscription_id TEXT NOT NULL REFERENCES webhook_subscriptions (id),
  event_sequence INTEGER NOT NULL,
  -- queued, delivered, failed or cancelled.
  state TEXT NOT NULL DEFAULT 'queued',
  is_replay INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  -- The status of the last answer; 0: there was none.
  last_status INTEGER NOT NULL DEFAULT 0,
  last_error TEXT NOT NULL DEFAULT '',
  last_duration_ms INTEGER NOT NULL DEFAULT 0,
  next_attempt_at INTEGER NOT NULL,
  -- Somebody is sending it until then.
  leased_until INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX webhook_deliveries_id ON webhook_deliveries (id);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (state, next_attempt_at);
CREATE INDEX webhook_deliveries_subscription ON webhook_deliveries (subscription_id, sequence);
CREATE INDEX webhook_deliveries_next
  ON webhook_deliveries (subscription_id, state, next_attempt_at);
CREATE INDEX webhook_deliveries_time ON webhook_deliveries (created_at);
CREATE INDEX webhook_deliveries_event ON webhook_deliveries (event_sequence);
