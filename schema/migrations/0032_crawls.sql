-- Web sites that are being read into knowledge bases, page by page.

CREATE TABLE crawls (
  id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
  tenant_id TEXT NOT NULL CHECK (length(tenant_id) = 36),
  kb_id TEXT NOT NULL CHECK (length(kb_id) = 36),
  -- Where it starts; another address of the site when the first one led there.
  url TEXT NOT NULL,
  max_depth INTEGER NOT NULL,
  max_pages INTEGER NOT NULL,
  metadata TEXT NOT NULL DEFAULT '{}',
  -- queued, running, completed, failed or cancelled.
  state TEXT NOT NULL DEFAULT 'queued',
  error_message TEXT NOT NULL DEFAULT '',
  -- The site's robots.txt as it was when the crawl began.
  robots TEXT NOT NULL DEFAULT '',
  -- Steps done; a job carries the number of its step, so that each is done once.
  steps INTEGER NOT NULL DEFAULT 0,
  -- How often the start led to another site.
  moves INTEGER NOT NULL DEFAULT 0,
  -- Failures in a row that may pass.
  failures INTEGER NOT NULL DEFAULT 0,
  created_by TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE INDEX idx_crawls_kb ON crawls (kb_id, created_at, id);
CREATE INDEX idx_crawls_running ON crawls (tenant_id, state);

CREATE TABLE crawl_pages (
  crawl_id TEXT NOT NULL REFERENCES crawls (id),
  url TEXT NOT NULL,
  -- The order in which addresses were found.
  position INTEGER NOT NULL,
  -- How many links away from the start.
  depth INTEGER NOT NULL,
  is_sitemap INTEGER NOT NULL DEFAULT 0,
  -- waiting, fetched, skipped or failed.
  state TEXT NOT NULL DEFAULT 'waiting',
  reason TEXT NOT NULL DEFAULT '',
  content_sha256 TEXT NOT NULL DEFAULT '',
  document_id TEXT,
  PRIMARY KEY (crawl_id, url)
) STRICT, WITHOUT ROWID;

CREATE INDEX idx_crawl_pages_waiting ON crawl_pages (crawl_id, state, position);

CREATE INDEX idx_crawl_pages_position ON crawl_pages (crawl_id, position);
