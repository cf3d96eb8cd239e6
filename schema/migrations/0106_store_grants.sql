-- When a store was given its token, and tokens that run out and are renewed.

-- When somebody gave the token; 0: before this was noted. A renewal does not count.
ALTER TABLE stores ADD COLUMN connected_at INTEGER NOT NULL DEFAULT 0;
-- What the token is renewed with, sealed for `store-refresh:ID`; empty: it does not run out.
ALTER TABLE stores ADD COLUMN refresh_sealed TEXT NOT NULL DEFAULT '';
-- 0: never, or nobody knows.
ALTER TABLE stores ADD COLUMN token_expires_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE stores ADD COLUMN refresh_expires_at INTEGER NOT NULL DEFAULT 0;
-- Until then one process alone renews it.
ALTER TABLE stores ADD COLUMN renewing_until INTEGER NOT NULL DEFAULT 0;

CREATE INDEX idx_stores_refresh ON stores (refresh_expires_at);
