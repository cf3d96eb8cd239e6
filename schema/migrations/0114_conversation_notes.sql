-- What colleagues write down about a conversation for each other.
-- compatible-with: 102

CREATE TABLE conversation_notes (
  id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
  tenant_id TEXT NOT NULL CHECK (length(tenant_id) = 36),
  session_id TEXT NOT NULL REFERENCES chat_sessions (id) ON DELETE CASCADE,
  -- Null for an API key.
  written_by TEXT,
  -- As they were called then.
  author TEXT NOT NULL,
  content TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX idx_conversation_notes_list ON conversation_notes (tenant_id, session_id, created_at, id);
CREATE INDEX idx_conversation_notes_session ON conversation_notes (session_id);
