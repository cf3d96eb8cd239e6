-- Which agent answers which number.

CREATE TABLE did_mappings (
  id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
  tenant_id TEXT NOT NULL CHECK (length(tenant_id) = 36),
  agent_id TEXT NOT NULL CHECK (length(agent_id) = 36),
  -- As it is written: +4930123456, or a short one as the telephone system knows it.
  did TEXT NOT NULL,
  -- Its digits, by which calls find it.
  digits TEXT NOT NULL UNIQUE,
  label TEXT NOT NULL DEFAULT '',
  is_active INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE INDEX idx_did_mappings_list ON did_mappings (tenant_id, created_at, id);
CREATE INDEX idx_did_mappings_agent ON did_mappings (tenant_id, agent_id);
