-- Documents with versions, metadata filters, re-reading, recognition of print, and documents that
-- come out of archives.

-- What makes two uploads the same document: file:NAME, in:ARCHIVE/PATH or url:URL.
ALTER TABLE documents ADD COLUMN source TEXT NOT NULL DEFAULT '';
-- The number of the content that searches see, or that is read first.
ALTER TABLE documents ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
-- Whether searches see chunks of it; they stay while a newer version is read.
ALTER TABLE documents ADD COLUMN is_served INTEGER NOT NULL DEFAULT 0;
-- A newer version that takes the place of this one when it has been read; 0 and empty without.
ALTER TABLE documents ADD COLUMN next_version INTEGER NOT NULL DEFAULT 0;
ALTER TABLE documents ADD COLUMN next_object_key TEXT NOT NULL DEFAULT '';
ALTER TABLE documents ADD COLUMN next_sha256 TEXT NOT NULL DEFAULT '';
ALTER TABLE documents ADD COLUMN next_size_bytes INTEGER NOT NULL DEFAULT 0;
-- The archive it was found in.
ALTER TABLE documents ADD COLUMN parent_id TEXT;
-- Whether it is read again although its content is the same.
ALTER TABLE documents ADD COLUMN is_reread INTEGER NOT NULL DEFAULT 0;
-- The re-index of its knowledge base that has reached it.
ALTER TABLE documents ADD COLUMN reindex_number INTEGER NOT NULL DEFAULT 0;
-- Pages whose print is still to be recognised: "3,4,7".
ALTER TABLE documents ADD COLUMN pages_to_recognise TEXT NOT NULL DEFAULT '';
ALTER TABLE documents ADD COLUMN recognition_failures INTEGER NOT NULL DEFAULT 0;
-- It has no other text: it is not served before the first of these pages.
ALTER TABLE documents ADD COLUMN awaits_recognition INTEGER NOT NULL DEFAULT 0;
-- The model its vectors were made with.
ALTER TABLE documents ADD COLUMN embedding_model TEXT NOT NULL DEFAULT '';

UPDATE documents SET source = 'file:' || filename,
  is_served = CASE WHEN status = 'completed' THEN 1 ELSE 0 END;
UPDATE documents SET embedding_model = COALESCE(
  (SELECT model FROM chunk_vectors v WHERE v.kb_id = documents.kb_id
   AND v.document_id = documents.id LIMIT 1), '');

CREATE INDEX idx_documents_kb_source ON documents (kb_id, source);
CREATE INDEX idx_documents_object ON documents (object_key);
CREATE INDEX idx_documents_next_object ON documents (next_object_key)
  WHERE next_object_key <> '';
CREATE INDEX idx_documents_parent ON documents (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX idx_documents_kb_reindex ON documents (kb_id, reindex_number, id);

-- How often the knowledge base was re-indexed, and whether the last time was called off.
ALTER TABLE knowledge_bases ADD COLUMN reindex_number INTEGER NOT NULL DEFAULT 0;
ALTER TABLE knowledge_bases ADD COLUMN reindex_cancelled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE knowledge_bases ADD COLUMN reindex_started_at INTEGER NOT NULL DEFAULT 0;
