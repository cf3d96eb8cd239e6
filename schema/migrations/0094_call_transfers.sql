-- Where a call was handed to; empty: nowhere.
ALTER TABLE call_logs ADD COLUMN transfer_target TEXT NOT NULL DEFAULT '';
