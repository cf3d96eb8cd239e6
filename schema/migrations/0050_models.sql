-- Keys of tenants for model providers, and what models cost.

-- The key is sealed with the installation's master key and bound to its row.
CREATE TABLE model_keys (
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  provider TEXT NOT NULL,
  sealed_key TEXT NOT NULL,
  last4 TEXT NOT NULL,
  requests_per_minute INTEGER NOT NULL,
  tokens_per_minute INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, provider)
) STRICT, WITHOUT ROWID;

-- The operator's prices in billionths of a US dollar a token; the usual ones are in the program.
-- provider and model are '' for any; model is the beginning of a name.
CREATE TABLE model_prices (
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  input_nano_usd INTEGER NOT NULL,
  cached_nano_usd INTEGER NOT NULL,
  output_nano_usd INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (provider, model)
) STRICT, WITHOUT ROWID;
