-- Campaigns: an agent calls people on a list; and whom nobody calls.

CREATE TABLE campaigns (
  id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
  tenant_id TEXT NOT NULL CHECK (length(tenant_id) = 36),
  agent_id TEXT NOT NULL CHECK (length(agent_id) = 36),
  name TEXT NOT NULL,
  caller_id TEXT NOT NULL,
  -- draft, running, paused, finished or cancelled; and why, where nobody asked for it.
  status TEXT NOT NULL,
  status_reason TEXT NOT NULL DEFAULT '',
  calls_at_once INTEGER NOT NULL,
  calls_per_minute INTEGER NOT NULL,
  ring_max_s INTEGER NOT NULL,
  time_zone TEXT NOT NULL,
  -- JSON: [{"days":["mon"],"from":"09:00","to":"18:00"}].
  windows TEXT NOT NULL,
  -- JSON: {"busy":{"times":2,"after_s":900}}.
  retries TEXT NOT NULL,
  -- hang_up, leave_message or continue.
  on_machine TEXT NOT NULL,
  machine_message TEXT NOT NULL,
  starts_at INTEGER,
  ends_at INTEGER,
  -- Ever added; numbers the contacts.
  contact_count INTEGER NOT NULL DEFAULT 0,
  -- The pace: no call begins before.
  next_call_at INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  started_at INTEGER,
  ended_at INTEGER
) STRICT;

CREATE INDEX idx_campaigns_list ON campaigns (tenant_id, created_at, id);
CREATE INDEX idx_campaigns_agent ON campaigns (tenant_id, agent_id);
CREATE INDEX idx_campaigns_due ON campaigns (status, next_call_at);

CREATE TABLE campaign_contacts (
  id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
  tenant_id TEXT NOT NULL CHECK (length(tenant_id) = 36),
  campaign_id TEXT NOT NULL REFERENCES campaigns (id) ON DELETE CASCADE,
  -- Within the campaign, from 1.
  sequence_number INTEGER NOT NULL,
  number TEXT NOT NULL,
  -- Its digits, by which it is compared.
  digits TEXT NOT NULL,
  name TEXT NOT NULL,
  -- JSON object of texts.
  variables TEXT NOT NULL,
  -- pending, calling, answered, machine, busy, no_answer, rejected, unreachable, failed, do_not_call
  -- or cancelled.
  status TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  -- What attempts came to, in order, with blanks between.
  outcomes TEXT NOT NULL DEFAULT '',
  answered_by TEXT NOT NULL DEFAULT '',
  -- The newest.
  call_id TEXT,
  duration_ms INTEGER NOT NULL DEFAULT 0,
  -- Of all its calls, in micro-dollars.
  cost INTEGER NOT NULL DEFAULT 0,
  next_attempt_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (campaign_id, digits),
  UNIQUE (campaign_id, sequence_number)
) STRICT;

CREATE INDEX idx_campaign_contacts_due
  ON campaign_contacts (campaign_id, status, next_attempt_at, sequence_number);

-- Calls that go on: one of a tenant to a number, whoever makes it.
CREATE TABLE campaign_calls (
  tenant_id TEXT NOT NULL CHECK (length(tenant_id) = 36),
  digits TEXT NOT NULL,
  campaign_id TEXT NOT NULL,
  contact_id TEXT NOT NULL,
  -- Of the announced call; names this attempt.
  session_id TEXT NOT NULL,
  -- NULL until it is announced.
  call_id TEXT,
  -- Somebody has picked up: it ends with its call.
  is_answered INTEGER NOT NULL DEFAULT 0,
  answered_at INTEGER NOT NULL DEFAULT 0,
  -- Until then whoever dials is believed to live.
  leased_until INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, digits)
) STRICT, WITHOUT ROWID;

CREATE INDEX idx_campaign_calls_campaign ON campaign_calls (campaign_id);
CREATE INDEX idx_campaign_calls_open ON campaign_calls (is_answered, leased_until);

CREATE TABLE do_not_call (
  id TEXT PRIMARY KEY NOT NULL CHECK (length(id) = 36),
  tenant_id TEXT NOT NULL CHECK (length(tenant_id) = 36),
  number TEXT NOT NULL,
  digits TEXT NOT NULL,
  reason TEXT NOT NULL,
  -- api, or call: they asked for it.
  source TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (tenant_id, digits)
) STRICT;

CREATE INDEX idx_do_not_call_list ON do_not_call (tenant_id, created_at, id);

-- human, machine_voicemail, machine_ivr, machine_unavailable or uncertain; empty: not looked at.
ALTER TABLE call_logs ADD COLUMN answered_by TEXT NOT NULL DEFAULT '';
-- What dialling came to, where somebody else dials and says so; empty: not known.
ALTER TABLE call_logs ADD COLUMN dial_result TEXT NOT NULL DEFAULT '';
