-- Knowledge bases, their documents, and the chunks and vectors that searches read. Instants are
-- milliseconds since 1970; ids are UUIDs in their 36-character form.

CREATE TABLE knowledge_bases (
  id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
  tenant_id TEXT NOT NULL CHECK (length(tenant_id) = 36),
  name TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  type TEXT NOT NULL DEFAULT 'general',
  status TEXT NOT NULL DEFAULT 'active',
  settings TEXT NOT NULL DEFAULT '{}',
  document_count INTEGER NOT NULL DEFAULT 0,
  chunk_count INTEGER NOT NULL DEFAULT 0,
  -- Grows in every transaction that changes chunks; derived indexes compare it.
  version INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (tenant_id, name)
) STRICT;

CREATE INDEX idx_knowledge_bases_tenant ON knowledge_bases (tenant_id, created_at, id);

CREATE TABLE documents (
  id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
  tenant_id TEXT NOT NULL CHECK (length(tenant_id) = 36),
  kb_id TEXT NOT NULL REFERENCES knowledge_bases (id),
  filename TEXT NOT NULL,
  file_type TEXT NOT NULL DEFAULT '',
  file_size_bytes INTEGER NOT NULL,
  content_sha256 TEXT NOT NULL,
  object_key TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'queued',
  progress INTEGER NOT NULL DEFAULT 0,
  current_step TEXT NOT NULL DEFAULT '',
  total_chunks INTEGER NOT NULL DEFAULT 0,
  processed_chunks INTEGER NOT NULL DEFAULT 0,
  error_message TEXT NOT NULL DEFAULT '',
  is_partial INTEGER NOT NULL DEFAULT 0,
  processing_stats TEXT NOT NULL DEFAULT '{}',
  metadata TEXT NOT NULL DEFAULT '{}',
  title TEXT NOT NULL DEFAULT '',
  page_count INTEGER NOT NULL DEFAULT 0,
  uploaded_by TEXT,
  -- Grows whenever somebody takes the document over; an ingestion writes only under its own.
  generation INTEGER NOT NULL DEFAULT 0,
  -- Ingestions in a row that failed for a reason that may pass.
  failures INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE INDEX idx_documents_kb_status ON documents (kb_id, status);
CREATE INDEX idx_documents_kb_created ON documents (kb_id, created_at, id);
CREATE INDEX idx_documents_kb_content ON documents (kb_id, content_sha256);
CREATE INDEX idx_documents_unfinished ON documents (id)
  WHERE status NOT IN ('completed', 'failed', 'cancelled');

CREATE TABLE document_chunks (
  rowid INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE CHECK (length(id) = 36),
  tenant_id TEXT NOT NULL CHECK (length(tenant_id) = 36),
  kb_id TEXT NOT NULL,
  document_id TEXT NOT NULL REFERENCES documents (id),
  chunk_index INTEGER NOT NULL,
  chunk_type TEXT NOT NULL DEFAULT 'text',
  text TEXT NOT NULL,
  heading_path TEXT NOT NULL DEFAULT '',
  -- The knowledge base's id without dashes: one word that a keyword query can ask for.
  scope TEXT NOT NULL,
  page_first INTEGER NOT NULL,
  page_last INTEGER NOT NULL,
  token_count INTEGER NOT NULL,
  -- page:begin:end[:left:top:right:bottom] joined by ";": where bytes of the text stand.
  spans TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL,
  UNIQUE (document_id, chunk_index)
) STRICT;

CREATE INDEX idx_document_chunks_kb_document ON document_chunks (kb_id, document_id);

CREATE TABLE chunk_vectors (
  chunk_rowid INTEGER PRIMARY KEY REFERENCES document_chunks (rowid),
  chunk_id TEXT NOT NULL CHECK (length(chunk_id) = 36),
  kb_id TEXT NOT NULL,
  document_id TEXT NOT NULL,
  model TEXT NOT NULL,
  dimension INTEGER NOT NULL,
  -- `dimension` little-endian 32-bit floats of unit length.
  vector BLOB NOT NULL
) STRICT;

CREATE INDEX idx_chunk_vectors_kb_document ON chunk_vectors (kb_id, document_id);

CREATE VIRTUAL TABLE chunk_keywords USING fts5(
  text, heading_path, scope,
  content = 'document_chunks', content_rowid = 'rowid',
  tokenize = 'porter unicode61 remove_diacritics 2'
);

CREATE TRIGGER document_chunks_inserted AFTER INSERT ON document_chunks BEGIN
  INSERT INTO chunk_keywords (rowid, text, heading_path, scope)
  VALUES (new.rowid, new.text, new.heading_path, new.scope);
END;

CREATE TRIGGER document_chunks_deleted AFTER DELETE ON document_chunks BEGIN
  INSERT INTO chunk_keywords (chunk_keywords, rowid, text, heading_path, scope)
  VALUES ('delete', old.rowid, old.text, old.heading_path, old.scope);
END;

CREATE TRIGGER document_chunks_updated AFTER UPDATE OF text, heading_path, scope
ON document_chunks BEGIN
  INSERT INTO chunk_keywords (chunk_keywords, rowid, text, heading_path, scope)
  VALUES ('delete', old.rowid, old.text, old.heading_path, old.scope);
  INSERT INTO chunk_keywords (rowid, text, heading_path, scope)
  VALUES (new.rowid, new.text, new.heading_path, new.scope);
END;
