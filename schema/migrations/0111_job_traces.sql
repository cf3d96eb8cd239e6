-- The trace in which a job was queued, as a traceparent header; empty: none.
-- compatible-with: 102

ALTER TABLE jobs ADD COLUMN traceparent TEXT NOT NULL DEFAULT '';
