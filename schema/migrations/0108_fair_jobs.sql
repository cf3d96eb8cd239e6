-- Jobs of one priority take turns between tenants: a job's turn is one more than that of its
-- tenant's last waiting one, but not before the first turn that waits of all.
-- compatible-with: 102

ALTER TABLE jobs ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;
CREATE INDEX jobs_turn ON jobs (state, priority, turn, run_after, id, kind);
CREATE INDEX jobs_turn_of_tenant ON jobs (tenant_id, state, priority, turn);
