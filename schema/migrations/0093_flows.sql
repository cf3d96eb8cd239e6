-- Conversations that are led, where those under way stand, and what was spoken before.

CREATE TABLE flows (
  id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
  tenant_id TEXT NOT NULL CHECK (length(tenant_id) = 36),
  agent_id TEXT NOT NULL CHECK (length(agent_id) = 36),
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  -- call: it begins with the call; words: when one of them is heard; none: when it is asked for.
  begins_with TEXT NOT NULL,
  -- JSON array of strings.
  trigger_words TEXT NOT NULL,
  -- JSON: steps, completion, failure_text.
  definition TEXT NOT NULL,
  is_active INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (agent_id, name)
) STRICT;

CREATE INDEX idx_flows_agent ON flows (tenant_id, agent_id, name);

CREATE TABLE flow_sessions (
  tenant_id TEXT NOT NULL CHECK (length(tenant_id) = 36),
  -- Of the call.
  session_id TEXT NOT NULL,
  flow_id TEXT NOT NULL CHECK (length(flow_id) = 36),
  -- in_progress, completed, failed, transferred or abandoned.
  status TEXT NOT NULL,
  current_step TEXT NOT NULL,
  -- JSON object.
  state TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, session_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX idx_flow_sessions_age ON flow_sessions (updated_at);
CREATE INDEX idx_flow_sessions_flow ON flow_sessions (tenant_id, flow_id);

CREATE TABLE tts_cache (
  id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
  tenant_id TEXT NOT NULL CHECK (length(tenant_id) = 36),
  -- SHA-256 of the voice and the text.
  text_hash TEXT NOT NULL,
  content_type TEXT NOT NULL,
  audio BLOB NOT NULL,
  audio_bytes INTEGER NOT NULL,
  duration_ms INTEGER NOT NULL,
  hits INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  used_at INTEGER NOT NULL,
  UNIQUE (tenant_id, text_hash)
) STRICT;

CREATE INDEX idx_tts_cache_use ON tts_cache (tenant_id, used_at);
