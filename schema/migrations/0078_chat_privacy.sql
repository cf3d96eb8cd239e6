-- What a conversation searched for is found when the conversation is erased.

CREATE INDEX idx_knowledge_searches_session ON knowledge_searches (tenant_id, session_id);
CREATE INDEX idx_chat_sessions_user_name ON chat_sessions (tenant_id, user_name, created_at);
