-- What a conversation called is found when the conversation is erased.

CREATE INDEX idx_function_call_logs_session ON function_call_logs (tenant_id, session_id);
