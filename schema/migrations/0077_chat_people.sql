-- People in conversations: hand-over, feedback, and what is found out about messages afterwards.

-- none | waiting (for a person) | claimed (a person answers)
ALTER TABLE chat_sessions ADD COLUMN handover TEXT NOT NULL DEFAULT 'none';
ALTER TABLE chat_sessions ADD COLUMN handover_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE chat_sessions ADD COLUMN handover_queue TEXT NOT NULL DEFAULT '';
ALTER TABLE chat_sessions ADD COLUMN handover_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE chat_sessions ADD COLUMN claimed_by TEXT;
CREATE INDEX idx_chat_sessions_handover ON chat_sessions (tenant_id, handover, handover_at, id);

-- Who wrote an operator's message.
ALTER TABLE chat_messages ADD COLUMN written_by TEXT;
-- Found out after the answer; empty where it is not known.
ALTER TABLE chat_messages ADD COLUMN language TEXT NOT NULL DEFAULT '';
ALTER TABLE chat_messages ADD COLUMN sentiment TEXT NOT NULL DEFAULT '';
ALTER TABLE chat_messages ADD COLUMN intent TEXT NOT NULL DEFAULT '';

CREATE TABLE chat_feedback (
  message_id TEXT PRIMARY KEY NOT NULL CHECK (length(message_id) = 36),
  tenant_id TEXT NOT NULL CHECK (length(tenant_id) = 36),
  session_id TEXT NOT NULL,
  agent_id TEXT,
  -- 1: helpful, -1: not
  rating INTEGER NOT NULL,
  comment TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX idx_chat_feedback_tenant ON chat_feedback (tenant_id, created_at, message_id);
CREATE INDEX idx_chat_feedback_session ON chat_feedback (tenant_id, session_id);
CREATE INDEX idx_chat_sessions_user ON chat_sessions (tenant_id, user_id, created_at);
CREATE INDEX idx_chat_sessions_updated ON chat_sessions (updated_at);
