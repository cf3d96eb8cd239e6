-- Limits that tenants set themselves, what was told of them, and sums of the ledger by day.

-- 1: the tenant has budgets; 2: one of them is hard. The account says so, that charges of the others
-- need not look.
ALTER TABLE credit_accounts ADD COLUMN budget_flags INTEGER NOT NULL DEFAULT 0;
ALTER TABLE credit_accounts ADD COLUMN low_balance INTEGER;

CREATE TABLE credit_budgets (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  -- tenant, key or agent.
  scope TEXT NOT NULL,
  subject_id TEXT NOT NULL DEFAULT '',
  -- day or month.
  period TEXT NOT NULL,
  amount INTEGER NOT NULL,
  -- Per cents in ascending order with commas between.
  alert_percents TEXT NOT NULL DEFAULT '',
  is_hard INTEGER NOT NULL DEFAULT 0,
  period_started INTEGER NOT NULL DEFAULT 0,
  spent INTEGER NOT NULL DEFAULT 0,
  -- The highest per cent that was told in this period.
  alerted_percent INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX credit_budgets_subject
  ON credit_budgets (tenant_id, scope, subject_id, period);

CREATE TABLE credit_alerts (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL,
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  -- budget or low_balance.
  type TEXT NOT NULL,
  budget_id TEXT,
  percent INTEGER NOT NULL DEFAULT 0,
  amount INTEGER NOT NULL,
  threshold INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX credit_alerts_tenant ON credit_alerts (tenant_id, sequence);

-- `day` is its first millisecond. Ids are empty where there is none.
CREATE TABLE credit_usage (
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  day INTEGER NOT NULL,
  operation TEXT NOT NULL,
  model TEXT NOT NULL DEFAULT '',
  agent_id TEXT NOT NULL DEFAULT '',
  api_key_id TEXT NOT NULL DEFAULT '',
  charges INTEGER NOT NULL,
  refunds INTEGER NOT NULL,
  base INTEGER NOT NULL,
  amount INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, day, operation, model, agent_id, api_key_id)
) STRICT, WITHOUT ROWID;

-- How far the ledger is summed up.
CREATE TABLE credit_usage_progress (
  id INTEGER PRIMARY KEY,
  sequence INTEGER NOT NULL
) STRICT;
INSERT INTO credit_usage_progress (id, sequence) VALUES (1, 0);
