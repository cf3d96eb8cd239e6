-- Which text a vector was made of, so that a text that comes again needs no second embedding. Rows
-- from before do not tell.
ALTER TABLE chunk_vectors ADD COLUMN tenant_id TEXT NOT NULL DEFAULT '';
-- SHA-256 of what was embedded, in hexadecimal: title and headings besides the chunk's text.
ALTER TABLE chunk_vectors ADD COLUMN text_sha256 TEXT NOT NULL DEFAULT '';

CREATE INDEX idx_chunk_vectors_text ON chunk_vectors (tenant_id, text_sha256);
