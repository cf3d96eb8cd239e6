-- Recordings of calls, and the age at which calls are forgotten.

-- What the call's announcement says about recording it; null: what its agent says.
ALTER TABLE call_logs ADD COLUMN record_wish INTEGER;
-- recording, complete, partial (some of it is missing), failed or removed; empty: not recorded.
ALTER TABLE call_logs ADD COLUMN recording_status TEXT NOT NULL DEFAULT '';
CREATE INDEX idx_call_logs_recording ON call_logs (recording_status, ended_at);
CREATE INDEX idx_call_logs_age ON call_logs (created_at);

-- Files of recordings that are to go from the object store, written down in the transaction that
-- forgets them.
CREATE TABLE recording_removals (
  object_key TEXT PRIMARY KEY NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
