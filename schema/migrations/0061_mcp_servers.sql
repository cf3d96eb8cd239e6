-- Servers of tools (Model Context Protocol) that agents' models may use.

CREATE TABLE mcp_servers (
  id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
  tenant_id TEXT NOT NULL CHECK (length(tenant_id) = 36),
  agent_id TEXT NOT NULL CHECK (length(agent_id) = 36),
  name TEXT NOT NULL,
  url TEXT NOT NULL,
  -- JSON object: name to template.
  headers TEXT NOT NULL,
  timeout_ms INTEGER NOT NULL,
  -- JSON array of the names of tools that may be used; null: all.
  allowed_tools TEXT,
  is_active INTEGER NOT NULL,
  -- JSON array of what the server offered when it was last asked.
  tools TEXT NOT NULL DEFAULT '[]',
  -- When that was; 0: never, or its tools have changed since.
  listed_at INTEGER NOT NULL DEFAULT 0,
  -- When it was last asked, whatever came of it.
  tried_at INTEGER NOT NULL DEFAULT 0,
  last_error TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (agent_id, name)
) STRICT;

CREATE INDEX idx_mcp_servers_agent ON mcp_servers (tenant_id, agent_id, name);
CREATE INDEX idx_mcp_servers_stale ON mcp_servers (is_active, tried_at);
