-- Texts that an agent's calls need again and again, in several languages.

CREATE TABLE segments (
  id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
  tenant_id TEXT NOT NULL CHECK (length(tenant_id) = 36),
  agent_id TEXT NOT NULL CHECK (length(agent_id) = 36),
  segment_key TEXT NOT NULL,
  kind TEXT NOT NULL,
  description TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (agent_id, segment_key)
) STRICT;

CREATE INDEX idx_segments_agent ON segments (tenant_id, agent_id, segment_key);

CREATE TABLE segment_contents (
  tenant_id TEXT NOT NULL CHECK (length(tenant_id) = 36),
  agent_id TEXT NOT NULL CHECK (length(agent_id) = 36),
  segment_id TEXT NOT NULL CHECK (length(segment_id) = 36),
  -- BCP 47.
  language TEXT NOT NULL,
  content TEXT NOT NULL,
  content_bytes INTEGER NOT NULL,
  PRIMARY KEY (segment_id, language)
) STRICT, WITHOUT ROWID;

CREATE INDEX idx_segment_contents_agent ON segment_contents (tenant_id, agent_id);
