-- Lists of products are read in their order and counted out of an index alone: of all of a tenant,
-- and of one store.

CREATE INDEX idx_products_tenant ON products (tenant_id, synced_at, id, status);
CREATE INDEX idx_products_listed ON products (store_id, tenant_id, synced_at, id, status);
