-- What is done now and then by one process of all: who does it now, and when it is due again.
-- compatible-with: 102

CREATE TABLE schedule_leases (
  name TEXT PRIMARY KEY,
  holder TEXT NOT NULL DEFAULT '',
  generation INTEGER NOT NULL DEFAULT 0,
  expires_at INTEGER NOT NULL DEFAULT 0,
  due_at INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
