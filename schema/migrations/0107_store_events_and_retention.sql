-- Events about a collection: which, and as the event calls it. What is needed to forget old rows.

ALTER TABLE store_events ADD COLUMN collection_id TEXT NOT NULL DEFAULT '';
ALTER TABLE store_events ADD COLUMN collection_title TEXT NOT NULL DEFAULT '';

-- Changes of products up to this version may have been forgotten: what shows an earlier one is made
-- anew.
ALTER TABLE stores ADD COLUMN changes_from INTEGER NOT NULL DEFAULT 0;

CREATE INDEX idx_store_syncs_age ON store_syncs (created_at);
