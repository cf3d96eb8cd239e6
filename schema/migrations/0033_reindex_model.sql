-- The embedding model for which the knowledge base was last re-indexed by itself.
ALTER TABLE knowledge_bases ADD COLUMN reindex_model TEXT NOT NULL DEFAULT '';
