-- Every search as analytics sees it; a row outlives its knowledge base on purpose. Costs are in
-- millionths of a US dollar.

CREATE TABLE knowledge_searches (
  id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
  tenant_id TEXT NOT NULL CHECK (length(tenant_id) = 36),
  kb_id TEXT NOT NULL,
  user_id TEXT,
  session_id TEXT,
  query TEXT NOT NULL,
  search_type TEXT NOT NULL,
  results_count INTEGER NOT NULL,
  top_score REAL NOT NULL,
  search_time_ms REAL NOT NULL,
  query_tokens INTEGER NOT NULL,
  base_cost INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX idx_knowledge_searches_kb ON knowledge_searches (tenant_id, kb_id, created_at);
