-- Whose store an event is of that came for the installation's app.
-- compatible-with: 102

CREATE INDEX idx_stores_address ON stores (address);
