-- Indexes are kept beside the rows: they follow document by document, by the version in which one
-- changed last. Words are searched there too, no longer in a table of the database.

CREATE TABLE document_changes (
  kb_id TEXT NOT NULL CHECK (length(kb_id) = 36),
  document_id TEXT NOT NULL CHECK (length(document_id) = 36),
  -- The version of the knowledge base that changed its chunks last; it may be gone since.
  version INTEGER NOT NULL,
  PRIMARY KEY (kb_id, document_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX idx_document_changes_version ON document_changes (kb_id, version, document_id);

INSERT INTO document_changes (kb_id, document_id, version)
SELECT c.kb_id, c.document_id, MAX(b.version)
FROM document_chunks c JOIN knowledge_bases b ON b.id = c.kb_id
GROUP BY c.kb_id, c.document_id;

-- ISO 639-1 of most of its text; empty when it cannot be told.
ALTER TABLE documents ADD COLUMN language TEXT NOT NULL DEFAULT '';

DROP TRIGGER document_chunks_inserted;
DROP TRIGGER document_chunks_deleted;
DROP TRIGGER document_chunks_updated;
DROP TABLE chunk_keywords;
ALTER TABLE document_chunks DROP COLUMN scope;
