-- Double entry: each transaction names the account it takes from and the one it gives to. `credit` is
-- what the tenant owns, `held` the part of it that work under way has reserved; `revenue`, `added`,
-- `promotion` and `adjustment` are the platform's side. `base` is the cost before the margin.

ALTER TABLE credit_accounts ADD COLUMN held INTEGER NOT NULL DEFAULT 0;

ALTER TABLE credit_transactions ADD COLUMN from_account TEXT NOT NULL DEFAULT '';
ALTER TABLE credit_transactions ADD COLUMN to_account TEXT NOT NULL DEFAULT '';
ALTER TABLE credit_transactions ADD COLUMN base INTEGER NOT NULL DEFAULT 0;
ALTER TABLE credit_transactions ADD COLUMN model TEXT NOT NULL DEFAULT '';
ALTER TABLE credit_transactions ADD COLUMN agent_id TEXT;
ALTER TABLE credit_transactions ADD COLUMN api_key_id TEXT;

-- What was written before becomes postings where it stands. Its base is not known any more.
UPDATE credit_transactions SET
  from_account = CASE type WHEN 'deduct' THEN 'credit' WHEN 'refund' THEN 'revenue' ELSE 'added' END,
  to_account = CASE type WHEN 'deduct' THEN 'revenue' ELSE 'credit' END,
  base = CASE type WHEN 'deduct' THEN amount ELSE 0 END;

-- A refund has the operation and reference of what it gives back.
DROP INDEX credit_transactions_once;
CREATE UNIQUE INDEX credit_transactions_once
  ON credit_transactions (tenant_id, operation, reference, type);

-- Postings from `credit` to `held` that are open until their work has ended.
CREATE TABLE credit_holds (
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  reference TEXT NOT NULL,
  operation TEXT NOT NULL,
  amount INTEGER NOT NULL,
  -- open, settled or released.
  state TEXT NOT NULL DEFAULT 'open',
  -- What was charged when it was settled.
  taken INTEGER NOT NULL DEFAULT 0,
  api_key_id TEXT,
  agent_id TEXT,
  created_at INTEGER NOT NULL,
  ended_at INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, reference)
) STRICT, WITHOUT ROWID;
CREATE INDEX credit_holds_state ON credit_holds (state, created_at);
CREATE INDEX credit_holds_tenant ON credit_holds (tenant_id, state);
