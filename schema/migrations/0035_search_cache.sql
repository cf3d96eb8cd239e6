-- Whether a search was answered with the answer to a question asked before.
ALTER TABLE knowledge_searches ADD COLUMN is_cached INTEGER NOT NULL DEFAULT 0;
