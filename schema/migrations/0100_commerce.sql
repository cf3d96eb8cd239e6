-- Stores, what they sell, and how far it was read.

CREATE TABLE stores (
  id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
  tenant_id TEXT NOT NULL CHECK (length(tenant_id) = 36),
  -- A knowledge base has one store at most.
  kb_id TEXT NOT NULL UNIQUE REFERENCES knowledge_bases (id) ON DELETE CASCADE,
  -- shopify or feed.
  kind TEXT NOT NULL,
  -- name.myshopify.com; of a feed its URL, or empty: its content was uploaded.
  address TEXT NOT NULL,
  uses_rest INTEGER NOT NULL DEFAULT 0,
  -- Sealed by the master key for the purpose `store:ID`; empty: there is none.
  token_sealed TEXT NOT NULL DEFAULT '',
  -- Of an app of the tenant's own, sealed for `store-app:ID`; empty: the installation's app.
  app_secret_sealed TEXT NOT NULL DEFAULT '',
  -- What the store told of itself: name, domain, currency, time_zone, scopes.
  identity TEXT NOT NULL DEFAULT '{}',
  -- active, paused or error.
  status TEXT NOT NULL DEFAULT 'active',
  error_message TEXT NOT NULL DEFAULT '',
  auto_sync INTEGER NOT NULL DEFAULT 1,
  interval_minutes INTEGER NOT NULL DEFAULT 1440,
  -- Ids of collections and states of products, JSON arrays; empty: all.
  collections TEXT NOT NULL DEFAULT '[]',
  states TEXT NOT NULL DEFAULT '[]',
  next_sync_at INTEGER NOT NULL DEFAULT 0,
  last_sync_at INTEGER NOT NULL DEFAULT 0,
  -- What changed in the store before this was read, by the store's clock; 0: nothing was.
  read_until INTEGER NOT NULL DEFAULT 0,
  has_webhooks INTEGER NOT NULL DEFAULT 0,
  -- Grows with every change of its products; the index of products follows it.
  version INTEGER NOT NULL DEFAULT 0,
  -- Counts its readings; a full one marks with it what it saw.
  reading INTEGER NOT NULL DEFAULT 0,
  created_by TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE INDEX idx_stores_tenant ON stores (tenant_id, created_at, id);
CREATE INDEX idx_stores_due ON stores (auto_sync, status, next_sync_at);

-- How an owner who agrees is known again.
CREATE TABLE store_consents (
  -- SHA-256 of the state, hex.
  state_hash TEXT PRIMARY KEY NOT NULL,
  tenant_id TEXT NOT NULL CHECK (length(tenant_id) = 36),
  store_id TEXT NOT NULL REFERENCES stores (id) ON DELETE CASCADE,
  user_id TEXT,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX idx_store_consents_store ON store_consents (store_id);

CREATE TABLE products (
  id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
  tenant_id TEXT NOT NULL CHECK (length(tenant_id) = 36),
  store_id TEXT NOT NULL REFERENCES stores (id) ON DELETE CASCADE,
  kb_id TEXT NOT NULL CHECK (length(kb_id) = 36),
  -- As the store names it.
  shopify_id TEXT NOT NULL,
  handle TEXT NOT NULL DEFAULT '',
  title TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  vendor TEXT NOT NULL DEFAULT '',
  product_type TEXT NOT NULL DEFAULT '',
  -- active, draft, archived or deleted.
  status TEXT NOT NULL,
  is_published INTEGER NOT NULL DEFAULT 1,
  url TEXT NOT NULL DEFAULT '',
  -- JSON: ["a"], [{"id","title"}], [{"space","key","type","value"}].
  tags TEXT NOT NULL DEFAULT '[]',
  collections TEXT NOT NULL DEFAULT '[]',
  metafields TEXT NOT NULL DEFAULT '[]',
  -- The least and most a variant costs, in millionths of the store's currency.
  price_min INTEGER NOT NULL DEFAULT 0,
  price_max INTEGER NOT NULL DEFAULT 0,
  currency TEXT NOT NULL DEFAULT '',
  -- Of all variants that are counted; null: none is.
  inventory INTEGER,
  rating REAL,
  rating_count INTEGER NOT NULL DEFAULT 0,
  -- SHA-256, hex: of all that is kept, and of what its vector is made of.
  content_hash TEXT NOT NULL,
  text_hash TEXT NOT NULL,
  -- `embedding_dimension` little-endian 32-bit floats of unit length; null: it has none yet.
  embedding BLOB,
  embedding_model TEXT NOT NULL DEFAULT '',
  -- pending, completed or failed.
  embedding_status TEXT NOT NULL DEFAULT 'pending',
  -- synced or error.
  sync_status TEXT NOT NULL DEFAULT 'synced',
  -- The reading of the store that saw it last.
  seen INTEGER NOT NULL DEFAULT 0,
  shop_created_at INTEGER NOT NULL DEFAULT 0,
  shop_updated_at INTEGER NOT NULL DEFAULT 0,
  synced_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (store_id, shopify_id)
) STRICT;

CREATE INDEX idx_products_kb ON products (kb_id, tenant_id, synced_at, id);
CREATE INDEX idx_products_store ON products (store_id, status, synced_at, id);
CREATE INDEX idx_products_seen ON products (store_id, seen, id);

CREATE TABLE product_variants (
  id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
  product_id TEXT NOT NULL REFERENCES products (id) ON DELETE CASCADE,
  store_id TEXT NOT NULL CHECK (length(store_id) = 36),
  shopify_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  title TEXT NOT NULL DEFAULT '',
  sku TEXT NOT NULL DEFAULT '',
  barcode TEXT NOT NULL DEFAULT '',
  price INTEGER NOT NULL,
  compare_at_price INTEGER,
  -- Null: the store does not count it.
  inventory INTEGER,
  is_sold_beyond_stock INTEGER NOT NULL DEFAULT 0,
  -- [{"name","value"}].
  options TEXT NOT NULL DEFAULT '[]',
  image_shopify_id TEXT NOT NULL DEFAULT '',
  inventory_item_id TEXT NOT NULL DEFAULT '',
  UNIQUE (store_id, shopify_id)
) STRICT;

CREATE INDEX idx_product_variants_product ON product_variants (product_id, position);
CREATE INDEX idx_product_variants_item ON product_variants (store_id, inventory_item_id);
CREATE INDEX idx_product_variants_sku ON product_variants (store_id, sku);

CREATE TABLE product_images (
  product_id TEXT NOT NULL REFERENCES products (id) ON DELETE CASCADE,
  shopify_id TEXT NOT NULL,
  store_id TEXT NOT NULL CHECK (length(store_id) = 36),
  source_url TEXT NOT NULL,
  alt TEXT NOT NULL DEFAULT '',
  position INTEGER NOT NULL,
  -- pending, completed, failed or skipped.
  status TEXT NOT NULL DEFAULT 'pending',
  attempts INTEGER NOT NULL DEFAULT 0,
  -- Among the images of the knowledge base; several products may have the same one.
  image_id TEXT,
  error_message TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (product_id, shopify_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX idx_product_images_waiting ON product_images (store_id, status, product_id);
CREATE INDEX idx_product_images_image ON product_images (image_id);

-- By the version of the store in which a product changed last; it may be deleted since.
CREATE TABLE product_changes (
  store_id TEXT NOT NULL CHECK (length(store_id) = 36),
  product_id TEXT NOT NULL CHECK (length(product_id) = 36),
  version INTEGER NOT NULL,
  PRIMARY KEY (store_id, product_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX idx_product_changes_version ON product_changes (store_id, version, product_id);

CREATE TABLE store_syncs (
  id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
  tenant_id TEXT NOT NULL CHECK (length(tenant_id) = 36),
  store_id TEXT NOT NULL REFERENCES stores (id) ON DELETE CASCADE,
  kb_id TEXT NOT NULL CHECK (length(kb_id) = 36),
  -- full, incremental or manual_sync.
  job_type TEXT NOT NULL,
  -- pending, processing, completed, failed or cancelled.
  status TEXT NOT NULL DEFAULT 'pending',
  step TEXT NOT NULL DEFAULT '',
  -- Where it goes on after its process died: JSON, written with what was read.
  place TEXT NOT NULL DEFAULT '{}',
  reading INTEGER NOT NULL DEFAULT 0,
  total_products INTEGER NOT NULL DEFAULT 0,
  processed_products INTEGER NOT NULL DEFAULT 0,
  failed_products INTEGER NOT NULL DEFAULT 0,
  total_images INTEGER NOT NULL DEFAULT 0,
  processed_images INTEGER NOT NULL DEFAULT 0,
  failed_images INTEGER NOT NULL DEFAULT 0,
  added INTEGER NOT NULL DEFAULT 0,
  updated INTEGER NOT NULL DEFAULT 0,
  unchanged INTEGER NOT NULL DEFAULT 0,
  deleted INTEGER NOT NULL DEFAULT 0,
  error_message TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL,
  started_at INTEGER NOT NULL DEFAULT 0,
  completed_at INTEGER NOT NULL DEFAULT 0,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE INDEX idx_store_syncs_tenant ON store_syncs (tenant_id, created_at, id);
CREATE INDEX idx_store_syncs_store ON store_syncs (store_id, status);

-- Events that stores sent, each once.
CREATE TABLE store_events (
  store_id TEXT NOT NULL REFERENCES stores (id) ON DELETE CASCADE,
  -- What happened together with its topic: a second delivery has the same.
  event TEXT NOT NULL,
  topic TEXT NOT NULL,
  product_id TEXT NOT NULL DEFAULT '',
  inventory_item_id TEXT NOT NULL DEFAULT '',
  order_id TEXT NOT NULL DEFAULT '',
  triggered_at INTEGER NOT NULL DEFAULT 0,
  -- waiting or done.
  state TEXT NOT NULL DEFAULT 'waiting',
  created_at INTEGER NOT NULL,
  PRIMARY KEY (store_id, event)
) STRICT, WITHOUT ROWID;

CREATE INDEX idx_store_events_waiting ON store_events (store_id, state, created_at);
CREATE INDEX idx_store_events_age ON store_events (state, created_at);
