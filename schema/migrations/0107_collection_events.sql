-- Events about a collection: which, and as the event calls it.

ALTER TABLE store_events ADD COLUMN collection_id TEXT NOT NULL DEFAULT '';
ALTER TABLE store_events ADD COLUMN collection_title TEXT NOT NULL DEFAULT '';
