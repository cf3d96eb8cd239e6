-- What Idempotency-Key headers were used for, and what was answered, for a day.

CREATE TABLE idempotency_keys (
  scope_hash TEXT PRIMARY KEY,           -- SHA-256 of tenant, caller, method, path and key
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  request_hash TEXT NOT NULL,            -- SHA-256 of what was asked
  state TEXT NOT NULL,                   -- running | kept | unkept
  owner TEXT NOT NULL,                   -- whose claim it is
  lease_until INTEGER NOT NULL,          -- of a running one: then others may run it
  status INTEGER NOT NULL DEFAULT 0,
  content_type TEXT NOT NULL DEFAULT '',
  headers TEXT NOT NULL DEFAULT '[]',    -- JSON: [[name, value], …]
  body BLOB NOT NULL DEFAULT x'',
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX idempotency_keys_tenant ON idempotency_keys (tenant_id, created_at);
CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at);
