-- Conversations and their messages. Costs are in millionths of a US dollar.

CREATE TABLE chat_sessions (
  id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
  tenant_id TEXT NOT NULL CHECK (length(tenant_id) = 36),
  kb_id TEXT,
  user_id TEXT,
  title TEXT NOT NULL,
  user_name TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'active',
  metadata TEXT NOT NULL DEFAULT '{}',
  -- Also the sequence number of the last message.
  message_count INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX idx_chat_sessions_tenant_status ON chat_sessions (tenant_id, status, created_at, id);
CREATE INDEX idx_chat_sessions_tenant_created ON chat_sessions (tenant_id, created_at, id);

CREATE TABLE chat_messages (
  session_id TEXT NOT NULL REFERENCES chat_sessions (id),
  sequence_number INTEGER NOT NULL,
  id TEXT NOT NULL UNIQUE CHECK (length(id) = 36),
  tenant_id TEXT NOT NULL CHECK (length(tenant_id) = 36),
  role TEXT NOT NULL,
  content TEXT NOT NULL,
  -- The JSON array of what the message cites.
  sources TEXT NOT NULL DEFAULT '[]',
  provider TEXT NOT NULL DEFAULT '',
  model TEXT NOT NULL DEFAULT '',
  is_extractive INTEGER NOT NULL DEFAULT 0,
  -- The client went away before the answer was complete.
  is_interrupted INTEGER NOT NULL DEFAULT 0,
  context_chunks INTEGER NOT NULL DEFAULT 0,
  input_tokens INTEGER NOT NULL DEFAULT 0,
  output_tokens INTEGER NOT NULL DEFAULT 0,
  base_cost INTEGER NOT NULL DEFAULT 0,
  final_cost INTEGER NOT NULL DEFAULT 0,
  time_ms REAL NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (session_id, sequence_number)
) STRICT, WITHOUT ROWID;
