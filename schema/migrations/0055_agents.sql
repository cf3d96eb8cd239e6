-- Agents and their versions. What an agent is and how it answers is one JSON object per version, so
-- that a version is published, compared and taken back as a whole.

CREATE TABLE agents (
  id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
  tenant_id TEXT NOT NULL CHECK (length(tenant_id) = 36),
  name TEXT NOT NULL,
  slug TEXT NOT NULL,
  type TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  is_active INTEGER NOT NULL DEFAULT 1,
  has_chat_page INTEGER NOT NULL DEFAULT 0,
  -- A JSON object: how the chat page and the widget look, and who may embed them.
  widget TEXT NOT NULL DEFAULT '{}',
  draft_version INTEGER NOT NULL DEFAULT 1,
  -- 0: never published.
  published_version INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX idx_agents_slug ON agents (slug);
CREATE INDEX idx_agents_tenant ON agents (tenant_id, created_at, id);

CREATE TABLE agent_versions (
  agent_id TEXT NOT NULL REFERENCES agents (id),
  version INTEGER NOT NULL,
  tenant_id TEXT NOT NULL CHECK (length(tenant_id) = 36),
  settings TEXT NOT NULL,
  -- Who changed it last; empty for an API key.
  changed_by TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  -- When it was published last.
  published_at INTEGER,
  PRIMARY KEY (agent_id, version)
) STRICT, WITHOUT ROWID;

-- Which agent changed when, counted for the whole installation: what other processes follow to
-- forget what they keep. Rows of deleted agents stay.
CREATE TABLE agent_clock (
  id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
  number INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO agent_clock (id, number) VALUES (1, 0);

CREATE TABLE agent_changes (
  agent_id TEXT PRIMARY KEY NOT NULL CHECK (length(agent_id) = 36),
  number INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX idx_agent_changes_number ON agent_changes (number, agent_id);
