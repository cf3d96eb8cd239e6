-- Calls: who spoke with which agent, what was said, how long it took and what it cost.

CREATE TABLE call_logs (
  id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
  tenant_id TEXT NOT NULL CHECK (length(tenant_id) = 36),
  agent_id TEXT NOT NULL CHECK (length(agent_id) = 36),
  -- The caller's own name for the call.
  session_id TEXT NOT NULL,
  chat_session_id TEXT,
  direction TEXT NOT NULL,
  -- announced, in_progress, completed, failed, insufficient_credits or expired.
  status TEXT NOT NULL,
  end_reason TEXT NOT NULL DEFAULT '',
  caller_id TEXT NOT NULL,
  caller_name TEXT NOT NULL,
  dialled_number TEXT NOT NULL,
  provider TEXT NOT NULL,
  asterisk_port INTEGER NOT NULL DEFAULT 0,
  -- JSON object.
  metadata TEXT NOT NULL,
  -- In the object store; empty: not recorded.
  recording_key TEXT NOT NULL DEFAULT '',
  duration_ms INTEGER NOT NULL DEFAULT 0,
  audio_in_ms INTEGER NOT NULL DEFAULT 0,
  audio_out_ms INTEGER NOT NULL DEFAULT 0,
  turns INTEGER NOT NULL DEFAULT 0,
  interruptions INTEGER NOT NULL DEFAULT 0,
  -- 0: not measured.
  mos REAL NOT NULL DEFAULT 0,
  -- Micro-dollars, before and after the margin.
  base_cost INTEGER NOT NULL DEFAULT 0,
  final_cost INTEGER NOT NULL DEFAULT 0,
  -- A bridge outside carries and charges it; we only write it down.
  is_external INTEGER NOT NULL DEFAULT 0,
  -- What is paid for, and what is paid for or set aside, in milliseconds of the call.
  metered_ms INTEGER NOT NULL DEFAULT 0,
  held_ms INTEGER NOT NULL DEFAULT 0,
  -- When it last showed that it lives.
  metered_at INTEGER NOT NULL DEFAULT 0,
  -- When a leg came for it.
  claimed_at INTEGER,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  ended_at INTEGER,
  UNIQUE (tenant_id, session_id)
) STRICT;

CREATE INDEX idx_call_logs_list ON call_logs (tenant_id, created_at, id);
CREATE INDEX idx_call_logs_session ON call_logs (session_id);
CREATE INDEX idx_call_logs_chat ON call_logs (tenant_id, chat_session_id);
CREATE INDEX idx_call_logs_open ON call_logs (status, metered_at);

CREATE TABLE call_transcriptions (
  tenant_id TEXT NOT NULL CHECK (length(tenant_id) = 36),
  call_id TEXT NOT NULL REFERENCES call_logs (id) ON DELETE CASCADE,
  sequence_number INTEGER NOT NULL,
  -- customer, agent or system.
  speaker TEXT NOT NULL,
  original_message TEXT NOT NULL,
  -- Empty where it is not known.
  translated_message TEXT NOT NULL DEFAULT '',
  language TEXT NOT NULL DEFAULT '',
  -- positive, neutral, negative; empty where it is not known.
  sentiment TEXT NOT NULL DEFAULT '',
  -- Since the call began.
  starts_ms INTEGER NOT NULL,
  ends_ms INTEGER NOT NULL,
  is_interrupted INTEGER NOT NULL DEFAULT 0,
  -- Since the caller's speech ended; -1: not measured.
  end_of_turn_ms INTEGER NOT NULL DEFAULT -1,
  recognised_ms INTEGER NOT NULL DEFAULT -1,
  first_token_ms INTEGER NOT NULL DEFAULT -1,
  first_audio_ms INTEGER NOT NULL DEFAULT -1,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (call_id, sequence_number)
) STRICT, WITHOUT ROWID;
