-- Credits in millionths of a US dollar. The sum of a tenant's transactions is its balance.

CREATE TABLE credit_accounts (
  tenant_id TEXT PRIMARY KEY REFERENCES tenants (id),
  balance INTEGER NOT NULL DEFAULT 0,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE credit_transactions (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL,
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  type TEXT NOT NULL,
  amount INTEGER NOT NULL,
  balance_before INTEGER NOT NULL,
  balance_after INTEGER NOT NULL,
  operation TEXT NOT NULL,
  reference TEXT NOT NULL,
  note TEXT NOT NULL DEFAULT '',
  details TEXT NOT NULL DEFAULT '{}',
  created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX credit_transactions_once
  ON credit_transactions (tenant_id, operation, reference);
CREATE INDEX credit_transactions_tenant ON credit_transactions (tenant_id, sequence);
