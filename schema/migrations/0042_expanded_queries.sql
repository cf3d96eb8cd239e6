-- What a search looked for besides the words of its question, a line each; empty: nothing.
ALTER TABLE knowledge_searches ADD COLUMN query_expanded TEXT NOT NULL DEFAULT '';
