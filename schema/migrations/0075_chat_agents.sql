-- Agents in conversations, and what an answer has besides its text.

ALTER TABLE chat_sessions ADD COLUMN agent_id TEXT;
CREATE INDEX idx_chat_sessions_agent ON chat_sessions (tenant_id, agent_id, created_at, id);

ALTER TABLE chat_messages ADD COLUMN agent_id TEXT;
ALTER TABLE chat_messages ADD COLUMN agent_name TEXT NOT NULL DEFAULT '';
ALTER TABLE chat_messages ADD COLUMN agent_version INTEGER NOT NULL DEFAULT 0;
ALTER TABLE chat_messages ADD COLUMN temperature REAL NOT NULL DEFAULT 0;
ALTER TABLE chat_messages ADD COLUMN finish_reason TEXT NOT NULL DEFAULT '';
-- JSON: the functions that were called, what the model decided, and the parts of the base cost.
ALTER TABLE chat_messages ADD COLUMN function_calls TEXT NOT NULL DEFAULT '[]';
ALTER TABLE chat_messages ADD COLUMN decision TEXT NOT NULL DEFAULT '{}';
ALTER TABLE chat_messages ADD COLUMN operations TEXT NOT NULL DEFAULT '[]';
ALTER TABLE chat_messages ADD COLUMN removed_citations INTEGER NOT NULL DEFAULT 0;
ALTER TABLE chat_messages ADD COLUMN cached_tokens INTEGER NOT NULL DEFAULT 0;
-- Pictures that came with a user's message; their bytes are not kept.
ALTER TABLE chat_messages ADD COLUMN image_count INTEGER NOT NULL DEFAULT 0;
