-- Functions of agents: HTTP APIs their model may call, the secrets these are called with, and what
-- was called.

CREATE TABLE functions (
  id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
  tenant_id TEXT NOT NULL CHECK (length(tenant_id) = 36),
  agent_id TEXT NOT NULL CHECK (length(agent_id) = 36),
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  -- JSON Schema of the arguments.
  parameters TEXT NOT NULL,
  -- sync: the model waits for the result; async: a job calls it.
  execution_mode TEXT NOT NULL,
  api_endpoint TEXT NOT NULL,
  api_method TEXT NOT NULL,
  -- JSON object: name to template.
  api_headers TEXT NOT NULL,
  -- JSON template; empty: the arguments.
  api_body TEXT NOT NULL,
  -- JSON: what the model sees of the answer; empty: all of it.
  response_mapping TEXT NOT NULL,
  response_bytes_max INTEGER NOT NULL,
  timeout_ms INTEGER NOT NULL,
  retries INTEGER NOT NULL,
  sends_idempotency_key INTEGER NOT NULL,
  is_active INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (agent_id, name)
) STRICT;

CREATE INDEX idx_functions_agent ON functions (tenant_id, agent_id, name);

-- Raised with every change of what an agent's model may call, so that other processes notice.
CREATE TABLE agent_tool_versions (
  agent_id TEXT PRIMARY KEY NOT NULL CHECK (length(agent_id) = 36),
  version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE function_secrets (
  tenant_id TEXT NOT NULL CHECK (length(tenant_id) = 36),
  name TEXT NOT NULL,
  -- Sealed with the master key, which is not in the database.
  sealed_value TEXT NOT NULL,
  -- Its last characters, to recognise it by; empty for short ones.
  hint TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE function_call_logs (
  id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
  tenant_id TEXT NOT NULL CHECK (length(tenant_id) = 36),
  agent_id TEXT NOT NULL CHECK (length(agent_id) = 36),
  function_name TEXT NOT NULL,
  -- Null outside of conversations.
  session_id TEXT,
  message_id TEXT,
  -- pending, completed or failed.
  status TEXT NOT NULL,
  -- Both cut, without secrets.
  arguments TEXT NOT NULL,
  result TEXT NOT NULL,
  error TEXT NOT NULL,
  -- Of the last answer; 0: none came.
  http_status INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  time_ms REAL NOT NULL,
  created_at INTEGER NOT NULL,
  completed_at INTEGER
) STRICT, WITHOUT ROWID;

-- Ids grow with time, so this is also the order of the list.
CREATE INDEX idx_function_call_logs_agent ON function_call_logs (tenant_id, agent_id, id);
CREATE INDEX idx_function_call_logs_age ON function_call_logs (created_at);
