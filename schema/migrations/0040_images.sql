-- Images of knowledge bases: uploaded ones and the figures of documents. A row is written when all
-- is known of its image; its files lie in the object store before that.

CREATE TABLE images (
  id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
  tenant_id TEXT NOT NULL CHECK (length(tenant_id) = 36),
  kb_id TEXT NOT NULL REFERENCES knowledge_bases (id) ON DELETE CASCADE,
  -- The document it is a figure of; null for one that was uploaded by itself.
  document_id TEXT REFERENCES documents (id) ON DELETE CASCADE,
  page_number INTEGER NOT NULL DEFAULT 0,
  filename TEXT NOT NULL,
  media_type TEXT NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  size_bytes INTEGER NOT NULL,
  content_sha256 TEXT NOT NULL,
  -- 64 bits that are near for pictures that look the same.
  difference_hash INTEGER NOT NULL,
  object_key TEXT NOT NULL,
  thumbnail_key TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  -- The print on it.
  ocr_text TEXT NOT NULL DEFAULT '',
  -- [{"name":"bicycle","score":0.91}]: what the model sees on it.
  labels TEXT NOT NULL DEFAULT '[]',
  metadata TEXT NOT NULL DEFAULT '{}',
  -- The model of its picture's vector.
  model TEXT NOT NULL,
  created_by TEXT,
  created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX idx_images_kb ON images (kb_id, created_at, id);
CREATE INDEX idx_images_kb_content ON images (kb_id, content_sha256);
CREATE INDEX idx_images_document ON images (document_id);

-- One row for the picture and one for the words about it, each of its own model.
CREATE TABLE image_vectors (
  image_id TEXT NOT NULL REFERENCES images (id) ON DELETE CASCADE,
  kb_id TEXT NOT NULL,
  model TEXT NOT NULL,
  dimension INTEGER NOT NULL,
  -- `dimension` little-endian 32-bit floats of unit length.
  vector BLOB NOT NULL,
  PRIMARY KEY (image_id, model)
) STRICT;

CREATE INDEX idx_image_vectors_kb_model ON image_vectors (kb_id, model, image_id);

-- Every search for images; a row outlives its knowledge base on purpose.
CREATE TABLE image_searches (
  id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
  tenant_id TEXT NOT NULL CHECK (length(tenant_id) = 36),
  kb_id TEXT NOT NULL,
  user_id TEXT,
  query TEXT NOT NULL,
  -- text, image or hybrid.
  search_type TEXT NOT NULL,
  results_count INTEGER NOT NULL,
  top_score REAL NOT NULL,
  search_time_ms REAL NOT NULL,
  base_cost INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX idx_image_searches_kb ON image_searches (tenant_id, kb_id, created_at);
