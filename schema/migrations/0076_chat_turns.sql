-- The journal of turns: what runs, for whom, and what became of it. A turn's id is the id of its answer and the
-- reference of the credits it holds.

CREATE TABLE chat_turns (
  id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
  tenant_id TEXT NOT NULL CHECK (length(tenant_id) = 36),
  session_id TEXT NOT NULL,
  user_message_id TEXT NOT NULL,
  -- As the client named its message, so that it may send it again.
  client_message_id TEXT,
  -- collecting (more messages may follow) | joined (a later message's turn answers it) | running | completed | failed
  state TEXT NOT NULL,
  error_code TEXT NOT NULL DEFAULT '',
  is_cancelled INTEGER NOT NULL DEFAULT 0,
  -- A running turn whose lease is over died with its process.
  lease_until INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX ux_chat_turns_client ON chat_turns (tenant_id, session_id, client_message_id);
CREATE INDEX idx_chat_turns_lease ON chat_turns (state, lease_until);
CREATE INDEX idx_chat_turns_session ON chat_turns (tenant_id, session_id, created_at);

-- The turn that has the session.
ALTER TABLE chat_sessions ADD COLUMN turn_id TEXT;
-- What was said up to a message, in short, for the model.
ALTER TABLE chat_sessions ADD COLUMN summary TEXT NOT NULL DEFAULT '';
ALTER TABLE chat_sessions ADD COLUMN summary_through INTEGER NOT NULL DEFAULT 0;
